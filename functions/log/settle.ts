import { setTimeout as delay } from 'node:timers/promises';
import { type LogEntry, seqOf, timeOf } from '../domain/message.ts';
import { KEEP_ALL, type Kept } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import type { Database } from '../store/database.ts';
import { type ExpiringItem, listExpiringItems } from '../store/expiring-items.ts';
import { listLogSince, putVoid } from '../store/log.ts';

/** The maximum number of log entries that are settled at once. With texts of usual length they stay below 128 KB. */
export const SETTLED_PAGE = 200;

/** How far below a room's `seq` the numbers may be that `settleEnd` settles. Writes in flight are near the end. */
const MAX_SETTLED = 1_000;

/** Returns the lowest number that an entry stands for: a void entry may stand for those below it. */
export const lowestOf = (entry: LogEntry): number =>
  (entry.kind === 'void' ? entry.from : undefined) ?? seqOf(entry);

/** How long to wait for a write that is still in flight, in milliseconds. Most writes are much faster. */
const IN_FLIGHT_MS = 150;

/** A part of a room's log without open sequence numbers: no entry will be added to it later. */
export interface SettledPage {
  /** Oldest first, one for each sequence number. */
  readonly entries: readonly LogEntry[];
  /** The last sequence number of the page. */
  readonly upTo: number;
}

interface LogRange {
  /** Exclusive. */
  readonly since: number;
  /** Inclusive. */
  readonly upTo: number;
  /** The maximum number of entries. */
  readonly limit: number;
}

async function readPage(db: Database, room: string, range: LogRange): Promise<SettledPage> {
  // DynamoDB rejects a BETWEEN whose upper bound is below its lower bound.
  if (range.since >= range.upTo) return { entries: [], upTo: range.upTo };
  const { entries, hasMore } = await listLogSince(db, room, range);
  const last = entries.at(-1);
  return { entries, upTo: hasMore && last ? seqOf(last) : range.upTo };
}

/** The sequence number and time of an entry. A void entry may stand for all numbers from `from` to `seq`. */
interface Numbered {
  readonly seq: number;
  readonly from?: number;
  /** Milliseconds since the epoch. */
  readonly time?: number | undefined;
}

export const numbered = (entry: LogEntry): Numbered => ({
  seq: seqOf(entry),
  from: lowestOf(entry),
  time: timeOf(entry),
});

/**
 * Returns the numbers above `since` up to `upTo` that have no entry and may still get one. Leaves out final numbers:
 * their entries have expired, and DynamoDB has deleted them. Does not list the numbers of a void run, because there
 * may be millions of them.
 */
function missingNumbers(
  entries: readonly Numbered[],
  { since, upTo }: Omit<LogRange, 'limit'>,
  { floor, finalTo, finalAt }: Kept,
): number[] {
  const finals = entries.filter(({ time = Infinity }) => time <= finalAt).map(({ seq }) => seq);
  const used = entries.map(({ seq, from = seq }) => ({ seq, from })).sort((a, b) => a.from - b.from);
  const missing: number[] = [];
  let next = Math.max(since, floor, finalTo, ...finals) + 1;
  for (const { seq, from } of [...used, { seq: upTo, from: upTo + 1 }]) {
    for (; next < from && next <= upTo; next++) missing.push(next);
    next = Math.max(next, seq + 1);
  }
  return missing;
}

/** Returns the numbers above `since` up to `upTo` that have no entry in the log and may still get one. */
export const openNumbers = (
  entries: readonly LogEntry[],
  range: Omit<LogRange, 'limit'>,
  kept = KEEP_ALL,
): number[] => missingNumbers(entries.map(numbered), range, kept);

/**
 * Reads a page of the log and settles it. A number without an entry belongs to a write that is in flight or has
 * failed: waits a moment for the write, then voids the number, and the writer takes another one. So a client that has
 * read up to a number never misses an entry below it.
 * @param range `upTo` must not exceed the room's `seq`
 */
export async function settleLog(
  db: Database,
  room: string,
  range: LogRange,
  kept = KEEP_ALL,
): Promise<SettledPage> {
  const first = await readPage(db, room, range);
  const openIn = ({ entries, upTo }: SettledPage) => openNumbers(entries, { since: range.since, upTo }, kept);
  if (openIn(first).length === 0) return first;
  await delay(IN_FLIGHT_MS);
  const page = await readPage(db, room, range);
  const settled = await Promise.all(
    openIn(page).map(
      async (seq): Promise<LogEntry> => (await putVoid(db, room, seq, kept.expiry)) ?? { kind: 'void', seq },
    ),
  );
  const entries = [...page.entries, ...settled].sort((one, other) => seqOf(one) - seqOf(other));
  return { entries, upTo: page.upTo };
}

/** Settles a range of the log in pages. */
export async function settleRange(
  db: Database,
  room: string,
  { since, upTo }: Pick<LogRange, 'since' | 'upTo'>,
  kept = KEEP_ALL,
): Promise<void> {
  let settled = Math.max(since, kept.floor);
  while (settled < upTo) {
    settled = (await settleLog(db, room, { since: settled, upTo, limit: SETTLED_PAGE }, kept)).upTo;
  }
}

/** A page of a settled log, with the expiry of its entries. */
interface ExpiringPage {
  /** Oldest first. */
  readonly items: readonly ExpiringItem[];
  /** The last sequence number of the page. */
  readonly last: number;
}

async function readExpiringPage(db: Database, room: string, range: LogRange): Promise<ExpiringPage> {
  const { items, hasMore } = await listExpiringItems(db, room, range);
  return { items, last: hasMore ? (items.at(-1)?.seq ?? range.upTo) : range.upTo };
}

/** Reads a page of the log, and settles it first, so that no write in flight stores an entry in it later. */
export async function readSettledItems(
  db: Database,
  room: string,
  { since, upTo }: Pick<LogRange, 'since' | 'upTo'>,
  kept = KEEP_ALL,
): Promise<ExpiringPage> {
  const range = { since, upTo, limit: SETTLED_PAGE };
  const page = await readExpiringPage(db, room, range);
  const entries = page.items.map(({ entry }) => entry);
  if (openNumbers(entries, { since, upTo: page.last }, kept).length === 0) return page;
  const settled = await settleLog(db, room, range, kept);
  return readExpiringPage(db, room, { ...range, upTo: settled.upTo });
}

/** The newest entries of a log, newest first. */
interface LogEnd {
  readonly read: readonly Numbered[];
  /** Whether the log has more entries below them. */
  readonly hasMore: boolean;
}

/** Returns the numbers in the part of the log that has been read that have no entry and may still get one. */
export function openAtEnd({ seq: upTo }: Pick<Room, 'seq'>, { read, hasMore }: LogEnd, kept: Kept): number[] {
  const lowest = hasMore ? Math.min(...read.map(({ seq, from = seq }) => from)) : 1;
  return missingNumbers(read, { since: Math.max(lowest - 1, upTo - MAX_SETTLED), upTo }, kept);
}

/**
 * Settles the end of the log, as far as it has been read.
 * @returns whether it was open, so that the entries must be read again
 */
export async function settleEnd(
  db: Database,
  { id, seq }: Pick<Room, 'id' | 'seq'>,
  end: LogEnd,
  kept = KEEP_ALL,
): Promise<boolean> {
  const open = openAtEnd({ seq }, end, kept);
  const [first] = open;
  const last = open.at(-1);
  if (first === undefined || last === undefined) return false;
  await settleRange(db, id, { since: first - 1, upTo: last }, kept);
  return true;
}
