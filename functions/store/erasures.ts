import { type Database, type Item, queryAll } from './database.ts';
import { erasedKey, erasureKey, leftKey, logKey, parseUserItem, profileKey } from './keys.ts';
import { logQuery } from './log.ts';

/** How long one call may erase before another call may continue, in milliseconds: longer than a function runs. */
const LEASE_MS = 40_000;

/** How long the report of an erasure is kept. The audit trail is kept as long. */
const REPORT_SECONDS = 400 * 24 * 60 * 60;

/** What was erased, in a room or in all of them. */
export interface Erased {
  readonly messages: number;
  /** Emoji of the user on messages of any author. */
  readonly emoji: number;
  readonly files: number;
}

export const NOTHING_ERASED: Erased = { messages: 0, emoji: 0, files: 0 };

/** Returns the sum of two counts. */
export const plus = (one: Erased, other: Erased): Erased => ({
  messages: one.messages + other.messages,
  emoji: one.emoji + other.emoji,
  files: one.files + other.files,
});

/** The step that an erasure has come to, in the order of the steps. */
export type Step = 'known' | 'all' | 'tails' | 'profile' | 'done';

/** The job that erases a user. Any call continues it. */
export interface Erasure extends Erased {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly step: Step;
  /** The last room that the step has handled. Undefined if it has handled none. */
  readonly after?: string | undefined;
  /** The partition of the list of all rooms that the step `all` is reading. Default: the first. */
  readonly part?: number | undefined;
}

function toErasure({ startedAt, step, after, part, messages, emoji, files }: Item): Erasure {
  return { startedAt, step, after, part, messages, emoji, files };
}

/** Returns the erasure of a user; undefined if there never was one. */
export async function getErasure(db: Database, user: string): Promise<Erasure | undefined> {
  const item = await db.chat.get(erasureKey(user));
  return item && toErasure(item);
}

/**
 * Starts an erasure, continues it, or starts it again after it has ended. @param now milliseconds since the epoch
 * @returns undefined while another call works on it
 */
export async function takeErasure(db: Database, user: string, now: number): Promise<Erasure | undefined> {
  const key = erasureKey(user);
  const none = { startedAt: now, step: 'known', ...NOTHING_ERASED };
  await db.chat.put({ ...key, ...none }, { condition: 'attribute_not_exists(#item)' });
  const item = await db.chat.update(key, {
    update: 'SET lease = :until',
    condition: 'attribute_not_exists(lease) OR lease < :now',
    values: { ':until': now + LEASE_MS, ':now': now },
    returns: 'ALL_NEW',
  });
  if (!item) return undefined;
  const erasure = toErasure(item);
  return erasure.step === 'done' ? { ...erasure, step: 'known', startedAt: now } : erasure;
}

/** Stores how far an erasure has come. */
export async function putErasure(
  db: Database,
  user: string,
  erasure: Erasure,
  { lease }: { readonly lease: number | undefined },
): Promise<void> {
  const item = { ...erasureKey(user), ...erasure, lease };
  await db.chat.put(item, { removeUndefined: true });
}

/** Returns when the lease of a call ends, if the call stores its progress now. */
export const leaseFrom = (now: number): number => now + LEASE_MS;

/** What was erased in a room. */
export interface ErasedRoom extends Erased {
  readonly room: string;
  /** The log has been searched up to this number. */
  readonly upTo: number;
  /** Whether a legal hold keeps the user's messages. */
  readonly held: boolean;
}

const toErasedRoom = ({ item, messages, emoji, files, upTo, held = false }: Item): ErasedRoom => ({
  room: parseUserItem(item),
  messages,
  emoji,
  files,
  upTo,
  held,
});

export async function getErasedRoom(
  db: Database,
  user: string,
  room: string,
): Promise<ErasedRoom | undefined> {
  const item = await db.chat.get(erasedKey(user, room));
  return item && toErasedRoom(item);
}

/** @param now milliseconds since the epoch */
export async function putErasedRoom(
  db: Database,
  user: string,
  { room, ...fields }: ErasedRoom,
  now: number,
): Promise<void> {
  const expiresAt = Math.ceil(now / 1000) + REPORT_SECONDS;
  await db.chat.put({ ...erasedKey(user, room), ...fields, expiresAt });
}

/** Returns rooms in which an erasure found the user, in the order of their keys, at most `limit`. */
export async function listErasedRooms(
  db: Database,
  user: string,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<{ readonly rooms: readonly ErasedRoom[]; readonly next: string | undefined }> {
  const { room, item } = erasedKey(user, '');
  const start = after === undefined ? item : `${erasedKey(user, after).item}\u0000`;
  const { items, next } = await queryAll(
    db.chat,
    {
      where: '#room = :room AND #item BETWEEN :start AND :end',
      values: { ':room': room, ':start': start, ':end': item.replace('#', '$') },
      consistent: true,
    },
    limit,
  );
  const rooms = items.map(toErasedRoom);
  return { rooms, next: next && rooms.at(-1)?.room };
}

/** Notes that a user has left a room, so that an erasure finds the room. Call it before the membership ends. */
export async function noteLeft(db: Database, user: string, room: string): Promise<void> {
  await db.chat.put(leftKey(user, room));
}

/** Returns the ids of the rooms that a user has left. */
export async function listLeftRooms(db: Database, user: string): Promise<string[]> {
  const { room, item } = leftKey(user, '');
  const { items } = await queryAll(db.chat, {
    where: '#room = :room AND begins_with(#item, :item)',
    values: { ':room': room, ':item': item },
  });
  return items.map(({ item: key }) => parseUserItem(key));
}

/** An entry of a user in a log: a message, an emoji that the user added to one, or new data of the member. */
export type OwnEntry =
  | { readonly kind: 'data'; readonly seq: number }
  | { readonly kind: 'message'; readonly seq: number; readonly isErased: boolean; readonly hasFile: boolean }
  | { readonly kind: 'change'; readonly seq: number; readonly message: number; readonly emoji: string };

/** Returns a page of the entries of a user above `since` up to `upTo`, and the last number of the page. */
export async function listOwnEntries(
  db: Database,
  room: string,
  user: string,
  { since, upTo, limit }: { readonly since: number; readonly upTo: number; readonly limit: number },
): Promise<{ readonly own: readonly OwnEntry[]; readonly last: number }> {
  const { items, next } = await db.chat.query({
    ...logQuery(room, { first: since + 1, last: upTo, forward: true, limit }),
    select:
      '#seq, #kind, #author.#id, #author.#guest, #author.#email, #author.#username, #author.#name, #author.#avatarUrl, #deletedAt, #file.#id, #message, #by, #guest, #emoji, #removed, #member, #data',
  });
  const own = items.flatMap((item): OwnEntry[] => {
    const { seq, kind, author = {}, by, guest, emoji, removed, message, deletedAt, file } = item;
    if (kind === 'message' && author.id === user && !author.guest) {
      const isAnonymous = author.username === user && !author.email && !author.name && !author.avatarUrl;
      const isErased = deletedAt !== undefined && isAnonymous;
      return [{ kind: 'message', seq, isErased, hasFile: file !== undefined }];
    }
    if (item['member'] === user && item['data'] !== undefined) return [{ kind: 'data', seq }];
    const isOwn = emoji !== undefined && by === user && !guest && !removed;
    return isOwn ? [{ kind: 'change', seq, message, emoji }] : [];
  });
  return { own, last: next ? (items.at(-1)?.['seq'] ?? upTo) : upTo };
}

/** Removes the name, e-mail address and picture of a message's author. The id stays. */
export async function eraseAuthor(db: Database, room: string, seq: number, user: string): Promise<void> {
  await db.chat.update(logKey(room, seq), {
    update: 'SET #author = :author',
    condition: 'attribute_exists(#author)',
    values: { ':author': { id: user, username: user, email: '', userType: '' } },
  });
}

/** Removes all items about a user, except the ban, the erasure and its report. */
export async function eraseProfile(db: Database, user: string, now: number): Promise<void> {
  const { room } = profileKey(user);
  const { items } = await queryAll(db.chat, { where: '#room = :room', values: { ':room': room } });
  const profile = items.find(({ item }) => item === 'profile') ?? {};
  const { bannedAt = now, signedOutAt = now } = profile;
  const isKept = ({ item }: Item) =>
    item === 'profile' || item === erasureKey(user).item || item.startsWith(erasedKey(user, '').item);
  for (const { item } of items.filter((each) => !isKept(each))) await db.chat.remove({ room, item });
  await db.chat.put({ ...profileKey(user), username: user, bannedAt, signedOutAt, erasedAt: now });
}
