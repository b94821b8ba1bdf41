import { randomUUID } from 'node:crypto';
import { ChatError } from '../domain/errors.ts';
import type { Actor } from '../domain/member.ts';
import { type Change, type LogEntry, type Message, mentionsField, type Void } from '../domain/message.ts';
import type { Expiry } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import type { RoomChange } from '../domain/room-change.ts';
import { dataAttribute, parsedData, withJson } from './custom-data.ts';
import type { Database, Item, Query } from './database.ts';
import { itemExpiry } from './expiry.ts';
import { logKey, roomKey } from './keys.ts';
import { isHeld, toMessage } from './messages.ts';
import { getRoom, IS_ROOM, toRoom } from './rooms.ts';
import { fileElement } from './uploads.ts';

/** Returns the fields that have a value. */
const present = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Returns the entry that a log item holds. */
export function toEntry(room: string, item: Item): LogEntry {
  if (item['kind'] === 'message') return { kind: 'message', message: toMessage(room, item) };
  const {
    room: _room,
    item: _item,
    put: _put,
    expiresAt: _expiresAt,
    heldUntil: _heldUntil,
    pinned,
    member,
    data,
    ...change
  } = item;
  const { changes } = change;
  const settings = changes && { ...changes, ...parsedData(changes.data) };
  const fields = {
    ...change,
    ...present({ message: pinned, user: member, changes: settings }),
    ...parsedData(data),
  };
  return fields as Change | RoomChange | Void;
}

/** The settings that may forbid a write. The room's item has only those that do. */
const restrictions = ['posting', 'slowMode', 'archived'] as const;

/**
 * Takes the room's next sequence number for a message or its change, unless the room's settings may forbid the write.
 * @param checked the settings against which the caller has checked the write: they must be the same still
 * @returns the room, whose `seq` is the number taken; undefined without a number
 */
export async function tryTakeSeq(
  db: Database,
  id: string,
  now: number,
  checked: Pick<Room, (typeof restrictions)[number]> = {},
): Promise<Room | undefined> {
  const set = restrictions.filter((name) => checked[name] !== undefined);
  const unchanged = restrictions.map((name) =>
    set.includes(name) ? `${name} = :${name}` : `attribute_not_exists(${name})`,
  );
  const item = await db.chat.update(roomKey(id), {
    update: 'SET lastAt = :now ADD seq :one',
    condition: [IS_ROOM, ...unchanged].join(' AND '),
    values: { ':now': now, ':one': 1, ...Object.fromEntries(set.map((name) => [`:${name}`, checked[name]])) },
    returns: 'ALL_NEW',
  });
  return item && toRoom(id, item);
}

/**
 * Takes the room's next sequence number.
 * @returns as `tryTakeSeq`
 * @throws ChatError ROOM_NOT_FOUND, also for a room whose settings may forbid the write: see `numberFor`
 */
export async function takeSeq(db: Database, id: string, now: number): Promise<Room> {
  const room = await tryTakeSeq(db, id, now);
  if (!room) throw new ChatError('ROOM_NOT_FOUND');
  return room;
}

/**
 * Takes the room's next sequence number for a change of the room, which does not move the time of its last change.
 * @param options.unlessArchived refuses the number if the room is archived
 * @returns as `takeSeq`
 * @throws ChatError ROOM_NOT_FOUND, ROOM_ARCHIVED
 */
export async function takeNumber(
  db: Database,
  id: string,
  now: number,
  { unlessArchived = false } = {},
): Promise<Room> {
  const item = await db.chat.update(roomKey(id), {
    update: 'SET changedAt = :now ADD seq :one',
    condition: unlessArchived ? `${IS_ROOM} AND attribute_not_exists(archived)` : IS_ROOM,
    values: { ':now': now, ':one': 1 },
    returns: 'ALL_NEW',
  });
  if (item) return toRoom(id, item);
  throw new ChatError(unlessArchived && (await getRoom(db, id)) ? 'ROOM_ARCHIVED' : 'ROOM_NOT_FOUND');
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
export function putMessage(db: Database, message: Message, expiry?: Expiry): Promise<LogEntry | undefined> {
  const { id, room, data, mentions, ...fields } = message;
  const files = message.file && { files: new Set([fileElement(message.file)]) };
  const content = { ...mentionsField(mentions), ...dataAttribute(data), ...files };
  const item = { kind: 'message', ...fields, ...content, ...expiry };
  return putEntry(db, room, id, item);
}

/** Stores a change under its sequence number. @returns as `putEntry` */
export const putChange = (
  db: Database,
  room: string,
  change: Change,
  expiry?: Expiry,
): Promise<LogEntry | undefined> =>
  putEntry(db, room, change.seq, {
    ...change,
    ...(change.kind === 'edit' && dataAttribute(change.data)),
    ...expiry,
  });

/**
 * Returns the entry of a change of the room. An earlier release would take an entry with an attribute `message` for a
 * change of that message. The index of a user's rooms contains all items with an attribute `user`.
 */
function roomEntry(change: RoomChange): object {
  switch (change.kind) {
    case 'room':
      return { ...change, changes: withJson(change.changes) };
    case 'member': {
      const { user: member, ...fields } = withJson(change);
      return { ...fields, member };
    }
    case 'pin': {
      const { message: pinned, ...fields } = change;
      return { ...fields, pinned };
    }
    default:
      return change satisfies never;
  }
}

/** Stores a change of the room under its sequence number. @returns as `putEntry` */
export const putRoomChange = (
  db: Database,
  room: string,
  change: RoomChange,
  expiry?: Expiry,
): Promise<LogEntry | undefined> => putEntry(db, room, change.seq, { ...roomEntry(change), ...expiry });

/** Makes a sequence number void, so that nothing can be stored under it any more. @returns as `putEntry` */
export const putVoid = (
  db: Database,
  room: string,
  seq: number,
  expiry?: Expiry,
): Promise<LogEntry | undefined> => putEntry(db, room, seq, { kind: 'void', ...expiry });

/** Makes the sequence number of a change void, because its message does not accept the change. */
export async function revokeChange(db: Database, room: string, seq: number): Promise<void> {
  await db.chat.update(logKey(room, seq), {
    update:
      'SET #kind = :void REMOVE #message, #pinned, #by, #guest, #at, #emoji, #removed, #text, #file, #data, #mentions',
    condition: 'attribute_exists(#item)',
    values: { ':void': 'void' },
  });
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

/**
 * Returns a message, even one that was deleted or has expired (`readableMessage` decides that); undefined when the
 * sequence number is not that of a message.
 */
export const getMessage = async (db: Database, room: string, id: number): Promise<Message | undefined> =>
  (await getMessageAndExpiry(db, room, id))?.message;

/** Returns a message as `getMessage` does, and whether it expires at some time. */
export async function getMessageAndExpiry(
  db: Database,
  room: string,
  id: number,
): Promise<{ readonly message: Message; readonly expires: boolean } | undefined> {
  const item = await db.chat.get(logKey(room, id));
  if (item?.['kind'] !== 'message') return undefined;
  return { message: toMessage(room, item), expires: itemExpiry(item) !== undefined };
}

/** Removes text, file, data and mentions from the entry of an edit. */
export async function scrubChange(db: Database, room: string, seq: number): Promise<void> {
  await db.chat.update(logKey(room, seq), {
    update: 'REMOVE #text, #file, #data, #mentions',
    condition: 'attribute_exists(#item)',
  });
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

/** A range of the log, both ends inclusive. */
export interface Range {
  readonly first: number;
  readonly last: number;
  readonly forward: boolean;
  readonly limit: number;
  readonly consistent?: boolean;
}

/** Returns the query of a range of the log. */
export function logQuery(room: string, range: Range): Query {
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
  /** The id of the message that was changed. */
  readonly message?: number;
  /** The ids of the users whom a message mentions, or the new list of an edit that changed them. */
  readonly mentions?: readonly string[];
  /** Set on the highest of many void numbers in a row. Has the lowest of them. */
  readonly from?: number;
  /** When the entry was written, in milliseconds since the epoch. Void entries have no time. */
  readonly time?: number;
}

/** Returns outlines of log entries below `before`, or of the newest ones without it: newest first, at most `limit`. */
export async function listOutlines(
  db: Database,
  room: string,
  { before = Number.MAX_SAFE_INTEGER, limit }: { before?: number | undefined; limit: number },
): Promise<{ outlines: readonly EntryOutline[]; hasMore: boolean }> {
  const { items, next } = await db.chat.query({
    ...logQuery(room, { first: 0, last: before - 1, forward: false, limit }),
    select:
      '#kind, #seq, #message, #deletedAt, #author.#id, #author.#guest, #mentions, #from, #createdAt, #at',
  });
  const outlines = items.map(({ createdAt, at = createdAt, ...outline }) => ({
    ...outline,
    ...(at !== undefined && { time: Date.parse(at) }),
  }));
  return { outlines: outlines as EntryOutline[], hasMore: next !== undefined };
}
