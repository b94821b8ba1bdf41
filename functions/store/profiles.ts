import type { Connection } from '../domain/connection.ts';
import type { User } from '../domain/member.ts';
import { publicName } from '../domain/name.ts';
import type { Standing } from '../domain/standing.ts';
import { toStanding } from './accounts.ts';
import { connectionExpiry, openedAt } from './connections.ts';
import type { Database } from './database.ts';
import type { Unlisted } from './directory.ts';
import { profileKey, profileUser } from './keys.ts';

/**
 * A profile holds its user's open connections as a set of `<expiry> <id>`, so that connecting and disconnecting are
 * one atomic update each. The expiry is needed because `$disconnect` is best effort. It has ten digits until the year
 * 2286, so that the order of the elements is the order of their expiry.
 */
const openElement = (connection: Pick<Connection, 'id' | 'connectedAt'>): Set<string> =>
  new Set([`${connectionExpiry(connection)} ${connection.id}`]);

const isOpen = (element: string, now: number): boolean => Number(element.split(' ')[0]) * 1000 > now;

/** Returns the elements of a set that did not expire, the latest first. */
const latestOpen = (online: ReadonlySet<string>, now: number): readonly string[] =>
  [...online]
    .filter((element) => isOpen(element, now))
    .sort()
    .reverse();

/** A profile holds at most about this many connections: more than the devices that a user has. */
const MAX_OPEN = 100;

/** Returns the elements to remove from a set that has become too large: expired ones, and then the oldest. */
function surplus(online: ReadonlySet<string>, now: number): ReadonlySet<string> {
  if (online.size <= MAX_OPEN) return new Set();
  const kept = new Set(latestOpen(online, now).slice(0, MAX_OPEN / 2));
  return new Set([...online].filter((element) => !kept.has(element)));
}

/**
 * Adds a connection to its user's profile, which also makes the user online. A guest's profile expires with the
 * connection, because each guest connection has a profile of its own.
 * @param isListed whether users are found by name, except guests
 * @returns what the team has decided about the user, and the entries to write, if users are found by name and the
 *   directory lacks this one's
 */
export async function addOpenConnection(
  db: Database,
  connection: Connection,
  now: number,
  isListed = false,
): Promise<{ readonly standing: Standing; readonly unlisted: Unlisted | undefined }> {
  const { id, username, email, userType, guest } = connection.user;
  const name = isListed && !guest ? publicName(username) : undefined;
  const expiry = guest ? ', expiresAt = :expires' : '';
  const profile = await db.chat.update(profileKey(id), {
    update: `SET username = :username, email = :email, userType = :userType, lastSeen = :seen${expiry} ADD #online :open${name === undefined ? '' : ', #names :names'}`,
    values: {
      ':username': username,
      ':email': email,
      ':userType': userType,
      ':seen': new Date(now).toISOString(),
      ':open': openElement(connection),
      ...(guest && { ':expires': connectionExpiry(connection) }),
      ...(name !== undefined && { ':names': new Set([name]) }),
    },
    returns: 'ALL_NEW',
  });
  const { online = new Set(), names = new Set(), listed } = profile ?? {};
  const removed = surplus(online, now);
  if (removed.size > 0) {
    await db.chat.update(profileKey(id), {
      update: 'DELETE #online :removed',
      values: { ':removed': removed },
    });
  }
  const standing = toStanding(profile ?? {});
  if (name === undefined || (listed === name && names.size === 1)) return { standing, unlisted: undefined };
  const others = [...names].filter((other) => other !== name);
  return { standing, unlisted: { user: id, name, others, listed } };
}

/** Removes a connection from its user's profile. Without connections, the user is offline. */
export async function removeOpenConnection(
  db: Database,
  user: string,
  connection: Pick<Connection, 'id' | 'connectedAt'>,
  now: number,
): Promise<void> {
  await db.chat.update(profileKey(user), {
    update: 'SET lastSeen = :seen DELETE #online :open',
    // Without it, the update would store the expired profile of a guest again, for good.
    condition: 'attribute_exists(#item)',
    values: { ':seen': new Date(now).toISOString(), ':open': openElement(connection) },
  });
}

/** Returns the ids of a user's open connections, the latest first. Some may have closed without a `$disconnect`. */
export async function listOpenConnections(db: Database, user: string, now: number): Promise<string[]> {
  const item = await db.chat.get(profileKey(user));
  return latestOpen(item?.['online'] ?? new Set(), now).map((element) =>
    element.slice(element.indexOf(' ') + 1),
  );
}

/** Returns a user's open connections, the latest first, with the time when they were opened, to the second. */
export async function listOpenSockets(
  db: Database,
  user: string,
  now: number,
): Promise<readonly { readonly id: string; readonly connectedAt: number }[]> {
  const item = await db.chat.get(profileKey(user));
  return latestOpen(item?.['online'] ?? new Set(), now).map((element) => {
    const [expiry = '', id = ''] = element.split(' ');
    return { id, connectedAt: openedAt(Number(expiry)) };
  });
}

/** A user who has connected before. */
export interface Profile {
  /** The user's name when they last connected. */
  readonly username: string;
  /** Whether any of the user's connections is open, in any room. */
  readonly online: boolean;
  /** When the user last connected or disconnected, in ISO 8601. */
  readonly lastSeen: string;
}

/** Returns the profiles of users, by user id. Ids must differ. */
export async function getProfiles(
  db: Database,
  users: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, Profile>> {
  const items = await db.chat.batchGet(users.map(profileKey));
  return new Map(
    items.map(({ room, username, online = new Set(), lastSeen }) => [
      profileUser(room),
      { username, online: [...online].some((element) => isOpen(element, now)), lastSeen },
    ]),
  );
}

/** Returns a user as their last connection named them; undefined if they have never connected. */
export async function getUser(db: Database, id: string): Promise<User | undefined> {
  const item = await db.chat.get(profileKey(id));
  if (!item) return undefined;
  const { username = id, email = '', userType = '' } = item;
  return { id, username, email, userType };
}
