import { randomUUID } from 'node:crypto';
import { ChatError } from '../domain/errors.ts';
import type { Actor } from '../domain/member.ts';
import type { Change, LogEntry, Message, Void } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import type { Database, Item, Query } from './database.ts';
import { logKey, roomKey } from './keys.ts';
import { isHeld, toMessage } from './messages.ts';
import { toRoom } from './rooms.ts';
import { fileElement } from './uploads.ts';

function toEntry(room: string, item: Item): LogEntry {
  if (item['kind'] === 'message') return { kind: 'message', message: toMessage(room, item) };
  const { room: _room, item: _item, put: _put, ...change } = item;
  return change as Change | Void;
}

/**
 * Takes the room's next sequence number.
 * @returns the room, whose `seq` is the number taken
 * @throws ChatError ROOM_NOT_FOUND
 */
export async function takeSeq(db: Database, id: string, now: number): Promise<Room> {
  const item = await db.chat.update(roomKey(id), {
    update: 'SET lastAt = :now ADD seq :one',
    condition: 'attribute_exists(#item)',
    values: { ':now': now, ':one': 1 },
    returns: 'ALL_NEW',
  });
  if (!item) throw new ChatError('ROOM_NOT_FOUND');
  return toRoom(id, item);
}

/**
 * Stores an entry under a free sequence number.
 * @returns the entry that another call stored there before; undefined when this call stored its own
 */
async function putEntry(
  db: Database,
  room: string,
  seq: number,
  fields: object,
): Promise<LogEntry | undefined> {
  // If the response of a write is lost, the retry fails its condition. The mark shows that the first attempt succeeded.
  const put = randomUUID();
  const key = logKey(room, seq);
  const stored = await db.chat.put(
    { ...fields, ...key, seq, put },
    { condition: 'attribute_not_exists(#item)', removeUndefined: true },
  );
  if (stored) return undefined;
  const item = await db.chat.get(key);
  return item && item['put'] !== put ? toEntry(room, item) : undefined;
}

/** Stores a message under its id. @returns as `putEntry` */
export function putMessage(db: Database, message: Message): Promise<LogEntry | undefined> {
  const { id, room, ...fields } = message;
  const files = message.file && { files: new Set([fileElement(message.file)]) };
  return putEntry(db, room, id, { kind: 'message', ...fields, ...files });
}

/** Stores a change under its sequence number. @returns as `putEntry` */
export const putChange = (db: Database, room: string, change: Change): Promise<LogEntry | undefined> =>
  putEntry(db, room, change.seq, change);

/** Makes a sequence number void, so that nothing can be stored under it any more. @returns as `putEntry` */
export const putVoid = (db: Database, room: string, seq: number): Promise<LogEntry | undefined> =>
  putEntry(db, room, seq, { kind: 'void' });

/** Makes the sequence number of a change void, because its message does not accept the change. */
export async function revokeChange(db: Database, room: string, seq: number): Promise<void> {
  await db.chat.put({ ...logKey(room, seq), kind: 'void', seq });
}

/** Notes on a void entry that it stands for all numbers from `from` on, so that readers skip those below it. */
export async function noteVoidRun(
  db: Database,
  room: string,
  { top, from }: { readonly top: number; readonly from: number },
): Promise<void> {
  await db.chat.update(logKey(room, top), {
    update: 'SET #from = :from',
    condition: '#kind = :void',
    values: { ':from': from, ':void': 'void' },
  });
}

export async function getEntry(db: Database, room: string, seq: number): Promise<LogEntry | undefined> {
  const item = await db.chat.get(logKey(room, seq));
  return item && toEntry(room, item);
}

/** Returns a message, also a deleted one; undefined when the sequence number is not that of a message. */
export async function getMessage(db: Database, room: string, id: number): Promise<Message | undefined> {
  const entry = await getEntry(db, room, id);
  return entry?.kind === 'message' ? entry.message : undefined;
}

/** Removes text and file from the entry of an edit. */
export async function scrubChange(db: Database, room: string, seq: number): Promise<void> {
  await db.chat.update(logKey(room, seq), { update: 'REMOVE #text, #file' });
}

export interface LogPage {
  readonly entries: readonly LogEntry[];
  /** Whether the range has more entries after the last one. */
  readonly hasMore: boolean;
  /** Whether a message of this page holds a change, or a later change that replaces it. */
  readonly isHeld: (change: Change) => boolean;
}

export interface NewestRange {
  /** Exclusive. */
  readonly before?: number | undefined;
  readonly limit: number;
  /** True by default. */
  readonly consistent?: boolean;
}

export interface SinceRange extends Omit<NewestRange, 'before'> {
  /** Exclusive. */
  readonly since: number;
  /** Inclusive. */
  readonly upTo: number;
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly forward: boolean;
  readonly limit: number;
  readonly consistent?: boolean;
}

function logQuery(room: string, range: Range): Query {
  const first = logKey(room, range.first);
  return {
    where: '#room = :room AND #item BETWEEN :first AND :last',
    values: { ':room': first.room, ':first': first.item, ':last': logKey(room, range.last).item },
    forward: range.forward,
    consistent: range.consistent ?? true,
    limit: range.limit,
  };
}

async function queryLog(db: Database, room: string, range: Range): Promise<LogPage> {
  const { items, next } = await db.chat.query(logQuery(room, range));
  const bySeq = new Map(items.map((item) => [item['seq'], item]));
  return {
    entries: items.map((item) => toEntry(room, item)),
    hasMore: next !== undefined,
    isHeld(change) {
      const item = bySeq.get(change.message);
      return item !== undefined && isHeld(item, change);
    },
  };
}

/** Returns log entries below `before`, or the newest ones without it: newest first, at most `limit`. */
export const listLog = (
  db: Database,
  room: string,
  { before = Number.MAX_SAFE_INTEGER, ...range }: NewestRange,
): Promise<LogPage> => queryLog(db, room, { first: 0, last: before - 1, forward: false, ...range });

/** Returns log entries above `since` up to `upTo`: oldest first, at most `limit`. */
export const listLogSince = (
  db: Database,
  room: string,
  { since, upTo, limit, consistent = true }: SinceRange,
): Promise<LogPage> => queryLog(db, room, { first: since + 1, last: upTo, forward: true, limit, consistent });

/** A log entry without the content of its message. */
export interface EntryOutline {
  readonly kind: LogEntry['kind'];
  readonly seq: number;
  /** The author of a message. */
  readonly author?: Actor;
  /** Set for a deleted message. */
  readonly deletedAt?: string;
  /** The id of the message that a change is of. */
  readonly message?: number;
  /** Set on the topmost of many void numbers in a row: the lowest of them. */
  readonly from?: number;
}

/** Returns outlines of log entries below `before`, or of the newest ones without it: newest first, at most `limit`. */
export async function listOutlines(
  db: Database,
  room: string,
  { before = Number.MAX_SAFE_INTEGER, limit }: { before?: number | undefined; limit: number },
): Promise<{ outlines: readonly EntryOutline[]; hasMore: boolean }> {
  const { items, next } = await db.chat.query({
    ...logQuery(room, { first: 0, last: before - 1, forward: false, limit }),
    select: '#kind, #seq, #message, #deletedAt, #author.#id, #author.#guest, #from',
  });
  return { outlines: items as EntryOutline[], hasMore: next !== undefined };
}
