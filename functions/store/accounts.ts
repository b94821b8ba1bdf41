import type { CustomData } from '../domain/custom-data.ts';
import type { ShownProfile } from '../domain/profile.ts';
import type { Standing } from '../domain/standing.ts';
import type { Database, Item } from './database.ts';
import { profileKey, profileUser } from './keys.ts';

// A user's profile, which `connect` updates, also holds what the admin API stores about the user. So a connection and a
// ban at the same moment cannot miss each other.

/** The team's own JSON about a user, which only backends read. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A user, as the admin API shows them. */
export interface Account extends Standing {
  readonly id: string;
  /** The name that others see: `name`, or else that of the user's last token, or the id. */
  readonly username: string;
  readonly name: string | undefined;
  readonly avatarUrl: string | undefined;
  readonly attributes: Attributes;
  readonly data: CustomData | undefined;
  /** ISO 8601. Undefined if the user has never connected. */
  readonly lastSeen: string | undefined;
}

/** Returns the standing that a profile holds. */
export function toStanding({ bannedAt, signedOutAt }: Item): Standing {
  return { ...(bannedAt && { bannedAt }), ...(signedOutAt && { signedOutAt }) };
}

/**
 * Returns the name that others see: the team's, or else that of the user's last token. The name of a token
 * is that at the last connect.
 */
export const shownName = ({ username, name, claimedName }: Item): string => name ?? claimedName ?? username;

/** Returns the address of the picture that others see, as `shownName` does. */
export const shownAvatar = ({ avatarUrl, claimedAvatar }: Item): string | undefined =>
  avatarUrl ?? claimedAvatar;

function toAccount(item: Item): Account {
  const { room, name, avatarUrl, attributes = '{}', data, lastSeen } = item;
  return {
    id: profileUser(room),
    username: shownName(item),
    name,
    avatarUrl,
    attributes: JSON.parse(attributes),
    data: data && JSON.parse(data),
    lastSeen,
    ...toStanding(item),
  };
}

/** Whether an item is the profile of a user. Only the profiles of guests expire. */
export const isUser = (item: Item | undefined): item is Item =>
  item !== undefined && item['expiresAt'] === undefined;

/** Returns the users that the chat knows, in any order. No id may be named twice. */
export async function getAccounts(db: Database, ids: readonly string[]): Promise<Account[]> {
  const items = await db.chat.batchGet(ids.map(profileKey), { consistent: true });
  return items.filter(isUser).map(toAccount);
}

/** New values of a user; null removes one, undefined keeps it. */
export interface AccountChange {
  readonly name?: string | null | undefined;
  readonly avatarUrl?: string | null | undefined;
  readonly attributes?: Attributes | null | undefined;
  readonly data?: CustomData | null | undefined;
}

/** Changes a user, or creates one. */
export async function putAccount(
  db: Database,
  id: string,
  { name, avatarUrl, attributes, data }: AccountChange,
): Promise<Account> {
  const json = { attributes: attributes && JSON.stringify(attributes), data: data && JSON.stringify(data) };
  const fields = { name, avatarUrl, ...json };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const set = given.filter(([, value]) => value !== null);
  const removed = given.filter(([, value]) => value === null).map(([field]) => `#${field}`);
  return change(db, id, {
    set: set.map(([field]) => `#${field} = :${field}`),
    removed,
    values: Object.fromEntries(set.map(([field, value]) => [`:${field}`, value])),
  });
}

/** Bans a user. Keeps the time of an earlier ban. @param now milliseconds since the epoch */
export const ban = (db: Database, id: string, now: number): Promise<Account> =>
  change(db, id, { set: ['bannedAt = if_not_exists(bannedAt, :now)'], values: { ':now': now } });

export const unban = (db: Database, id: string): Promise<Account> =>
  change(db, id, { removed: ['bannedAt'] });

/** Invalidates all tokens that were issued before `now`, in milliseconds since the epoch. */
export const signOut = (db: Database, id: string, now: number): Promise<Account> =>
  change(db, id, { set: ['signedOutAt = :now'], values: { ':now': now } });

interface ProfileUpdate {
  readonly set?: readonly string[];
  readonly removed?: readonly string[];
  readonly values?: Readonly<Record<string, unknown>>;
}

async function change(
  db: Database,
  id: string,
  { set = [], removed = [], values = {} }: ProfileUpdate,
): Promise<Account> {
  const assignments = ['username = if_not_exists(username, :id)', ...set];
  const item = await db.chat.update(profileKey(id), {
    update: `SET ${assignments.join()}${removed.length > 0 ? ` REMOVE ${removed.join()}` : ''}`,
    values: { ...values, ':id': id },
    returns: 'ALL_NEW',
  });
  return toAccount(item ?? {});
}

/** What the team has decided about a user. */
export interface UserState {
  readonly standing: Standing;
  /** The name and the picture that the team has set. */
  readonly shown: ShownProfile;
}

/**
 * Returns what the team has decided about a user. The read is eventually consistent, which costs half, because
 * `connect` checks the current standing again.
 */
export async function getUserState(db: Database, user: string): Promise<UserState> {
  const item = (await db.chat.get(profileKey(user), { consistent: false })) ?? {};
  const { name, avatarUrl } = item;
  return { standing: toStanding(item), shown: { ...(name && { name }), ...(avatarUrl && { avatarUrl }) } };
}
