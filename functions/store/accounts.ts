import type { Standing } from '../domain/standing.ts';
import type { Database, Item } from './database.ts';
import { profileKey, profileUser } from './keys.ts';

// What the admin API stores about a user is part of the profile, which `connect` updates, so that a connection and a ban
// at the same moment cannot miss each other.

/** The team's own JSON about a user. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A user, as the admin API shows them. */
export interface Account extends Standing {
  readonly id: string;
  /** The name of the user's token when they last connected; before that, the name that the team gave. */
  readonly username: string | undefined;
  readonly name: string | undefined;
  readonly avatarUrl: string | undefined;
  readonly attributes: Attributes;
  /** ISO 8601. Undefined if the user has never connected. */
  readonly lastSeen: string | undefined;
}

/** Returns what the team has decided about the user of a profile. */
export function toStanding({ bannedAt, signedOutAt }: Item): Standing {
  return { ...(bannedAt && { bannedAt }), ...(signedOutAt && { signedOutAt }) };
}

function toAccount(item: Item): Account {
  const { room, username, name, avatarUrl, attributes = '{}', lastSeen } = item;
  return {
    id: profileUser(room),
    username,
    name,
    avatarUrl,
    attributes: JSON.parse(attributes),
    lastSeen,
    ...toStanding(item),
  };
}

/** Whether an item is the profile of a user. Those of guests expire. */
const isUser = (item: Item | undefined): item is Item =>
  item !== undefined && item['expiresAt'] === undefined;

/** Returns users, in any order, without those that the chat does not know. Ids must differ. */
export async function getAccounts(db: Database, ids: readonly string[]): Promise<Account[]> {
  const items = await db.chat.batchGet(ids.map(profileKey), { consistent: true });
  return items.filter(isUser).map(toAccount);
}

/** New values of a user; null removes one, undefined keeps it. */
export interface AccountChange {
  readonly name?: string | null | undefined;
  readonly avatarUrl?: string | null | undefined;
  readonly attributes?: Attributes | null | undefined;
}

/** Changes a user, or creates one. Members see the new name until the user connects for the first time. */
export async function putAccount(
  db: Database,
  id: string,
  { name, avatarUrl, attributes }: AccountChange,
): Promise<Account> {
  const fields = { name, avatarUrl, attributes: attributes && JSON.stringify(attributes) };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const set = given.filter(([, value]) => value !== null);
  const removed = given.filter(([, value]) => value === null).map(([field]) => `#${field}`);
  return change(db, id, {
    // The name of the user's own token replaces this one when they connect.
    set: [`username = if_not_exists(username, :username)`, ...set.map(([field]) => `#${field} = :${field}`)],
    removed,
    values: {
      ':username': name ?? id,
      ...Object.fromEntries(set.map(([field, value]) => [`:${field}`, value])),
    },
  });
}

/** Bans a user. Keeps the time of an earlier ban. @param now milliseconds since the epoch */
export const ban = (db: Database, id: string, now: number): Promise<Account> =>
  change(db, id, {
    set: ['username = if_not_exists(username, :username)', 'bannedAt = if_not_exists(bannedAt, :now)'],
    values: { ':username': id, ':now': now },
  });

export const unban = (db: Database, id: string): Promise<Account> =>
  change(db, id, {
    set: ['username = if_not_exists(username, :username)'],
    removed: ['bannedAt'],
    values: { ':username': id },
  });

/** Invalidates all tokens that were issued before `now`, in milliseconds since the epoch. */
export const signOut = (db: Database, id: string, now: number): Promise<Account> =>
  change(db, id, {
    set: ['username = if_not_exists(username, :username)', 'signedOutAt = :now'],
    values: { ':username': id, ':now': now },
  });

async function change(
  db: Database,
  id: string,
  update: { set: readonly string[]; removed?: readonly string[]; values: Record<string, unknown> },
): Promise<Account> {
  const { set, removed = [], values } = update;
  const item = await db.chat.update(profileKey(id), {
    update: `SET ${set.join()}${removed.length > 0 ? ` REMOVE ${removed.join()}` : ''}`,
    values,
    returns: 'ALL_NEW',
  });
  return toAccount(item ?? {});
}

/**
 * Returns what the team has decided about a user. Reads eventually consistently, which costs half: `connect` sees the
 * current state once more.
 */
export async function getStanding(db: Database, user: string): Promise<Standing> {
  return toStanding((await db.chat.get(profileKey(user), { consistent: false })) ?? {});
}
