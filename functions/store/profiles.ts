import type { BlockList } from '../domain/block.ts';
import type { Connection, Session } from '../domain/connection.ts';
import type { CustomData } from '../domain/custom-data.ts';
import { nameOf, type User } from '../domain/member.ts';
import { publicName } from '../domain/name.ts';
import { profileFields, type ShownProfile, shownProfile } from '../domain/profile.ts';
import type { Standing } from '../domain/standing.ts';
import { shownAvatar, shownName, toStanding } from './accounts.ts';
import { blockedSince, toBlockList } from './blocks.ts';
import { connectionExpiry, openedAt } from './connections.ts';
import { parsedData } from './custom-data.ts';
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

/** The approximate maximum of connections in a profile: more than a user has devices. */
const MAX_OPEN = 100;

/** Returns the elements to remove from a set that has become too large: expired ones, and then the oldest. */
function surplus(online: ReadonlySet<string>, now: number): ReadonlySet<string> {
  if (online.size <= MAX_OPEN) return new Set();
  const kept = new Set(latestOpen(online, now).slice(0, MAX_OPEN / 2));
  return new Set([...online].filter((element) => !kept.has(element)));
}

/** The attributes that hold the name and the picture of a user's last token. */
const claimAttributes = { name: 'claimedName', avatarUrl: 'claimedAvatar' } as const;

/** Returns the parts of an update that store the name and the picture of a session's token, and remove former ones. */
function claimUpdate({ user, ofTeam = [] }: Pick<Session, 'user' | 'ofTeam'>) {
  const fields = profileFields.filter((field) => !ofTeam.includes(field));
  const claimed = fields.filter((field) => user[field] !== undefined);
  const set = claimed.map((field) => `, ${claimAttributes[field]} = :${field}`).join('');
  const removed = fields.filter((field) => user[field] === undefined).map((field) => claimAttributes[field]);
  return {
    set,
    remove: removed.length > 0 ? ` REMOVE ${removed.join()}` : '',
    values: Object.fromEntries(claimed.map((field) => [`:${field}`, user[field]])),
  };
}

/**
 * Adds a connection to its user's profile, which also makes the user online. A guest's profile expires with the
 * connection, because each guest connection has a profile of its own.
 * @param isListed whether users are found by name, except guests
 * @returns the user's standing, the users whom they have blocked, and in `unlisted` the names to change in the
 *   directory: undefined if it is up to date, or does not list the user
 */
export async function addOpenConnection(
  db: Database,
  connection: Pick<Session, 'id' | 'connectedAt' | 'user' | 'ofTeam'>,
  now: number,
  isListed = false,
): Promise<{
  readonly standing: Standing;
  readonly blocked: BlockList | undefined;
  readonly unlisted: Unlisted | undefined;
}> {
  const { id, username, email, userType, guest } = connection.user;
  const name = isListed && !guest ? publicName(nameOf(connection.user)) : undefined;
  const expiry = guest ? ', expiresAt = :expires' : '';
  const claims = claimUpdate(connection);
  const profile = await db.chat.update(profileKey(id), {
    update: `SET username = :username, email = :email, userType = :userType, lastSeen = :seen${expiry}${claims.set}${claims.remove} ADD #online :open${name === undefined ? '' : ', #names :names'}`,
    values: {
      ':username': username,
      ':email': email,
      ':userType': userType,
      ':seen': new Date(now).toISOString(),
      ':open': openElement(connection),
      ...claims.values,
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
  const known = { standing: toStanding(profile ?? {}), blocked: toBlockList(profile ?? {}) };
  if (name === undefined || (listed === name && names.size === 1)) return { ...known, unlisted: undefined };
  const others = [...names].filter((other) => other !== name);
  return { ...known, unlisted: { user: id, name, others, listed } };
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
  return (await listOpenSockets(db, user, now)).map(({ id }) => id);
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

/** A user who has connected, or whom the admin API has named. */
export interface Profile {
  /** The name that others see. */
  readonly username: string;
  /** The address of the picture that others see. */
  readonly avatarUrl: string | undefined;
  /** The team's own JSON about the user, which others see. */
  readonly data?: CustomData;
  readonly isBanned: boolean;
  /** Whether any of the user's connections is open, in any room. */
  readonly online: boolean;
  /** When the user last connected or disconnected, in ISO 8601. Undefined if the user has never connected. */
  readonly lastSeen: string | undefined;
}

/**
 * Returns the profiles of users, by user id. Ids must differ.
 * @param viewer the user who gets the profiles. Users who have blocked the viewer look offline since then
 */
export async function getProfiles(
  db: Database,
  users: readonly string[],
  now: number,
  viewer?: string,
): Promise<ReadonlyMap<string, Profile>> {
  const items = await db.chat.batchGet(users.map(profileKey));
  return new Map(
    items.map((item) => {
      const { room, online = new Set(), lastSeen } = item;
      const shown = {
        username: shownName(item),
        avatarUrl: shownAvatar(item),
        ...parsedData(item['data']),
        isBanned: item['bannedAt'] !== undefined,
      };
      const since = viewer === undefined ? undefined : blockedSince(item, viewer);
      if (since !== undefined && lastSeen !== undefined) {
        return [profileUser(room), { ...shown, online: false, lastSeen: new Date(since).toISOString() }];
      }
      const isOnline = [...online].some((element) => isOpen(element, now));
      return [profileUser(room), { ...shown, online: isOnline, lastSeen }];
    }),
  );
}

/** Returns a user; undefined for an id that the chat does not know. */
export async function getUser(db: Database, id: string): Promise<User | undefined> {
  const item = await db.chat.get(profileKey(id));
  if (!item) return undefined;
  const { username, email = '', userType = '', lastSeen } = item;
  const shown: ShownProfile = shownProfile(item['name'] ?? item['claimedName'], shownAvatar(item));
  // Until the user connects, only the team has named them.
  return { id, username: lastSeen === undefined ? shownName(item) : username, email, userType, ...shown };
}
