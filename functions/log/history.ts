import { setTimeout as delay } from 'node:timers/promises';
import { currentMessages, type LogEntry, type Message, seqOf } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import type { Database } from '../store/database.ts';
import { type LogPage, listLog, listLogSince, type NewestRange, noteVoidRun, putVoid } from '../store/log.ts';

/** The number of extra entries to read for each page, since the log also holds edits and deletes. */
const READ_AHEAD = 10;

/**
 * The maximum number of log entries in one read of the history. Reads grow to this size only in a long run of changes.
 */
const MAX_READ = 1_000;

/** The maximum number of log entries that are settled at once. With texts of usual length they stay below 128 KB. */
export const SETTLED_PAGE = 200;

/** How far below a room's `seq` the numbers may be that `settleEnd` settles. Writes in flight are near the end. */
const MAX_SETTLED = 1_000;

export interface MessagePage {
  /** Newest first. */
  readonly messages: readonly Message[];
  readonly hasMore: boolean;
}

export interface NewestPage extends MessagePage {
  /** All messages of `entries`, newest first, also those beyond the page. */
  readonly all: readonly Message[];
  /** The entries that were read for the page, newest first. */
  readonly entries: readonly LogEntry[];
}

/** Returns the lowest number that an entry stands for: a void entry may stand for those below it. */
const lowestOf = (entry: LogEntry): number =>
  (entry.kind === 'void' ? entry.from : undefined) ?? seqOf(entry);

interface VoidRun {
  readonly top: number;
  from: number;
  /** The number of rows that had to be read. */
  rows: number;
}

/** Returns the runs of consecutive void numbers. @param entries newest first */
function voidRuns(entries: readonly LogEntry[]): VoidRun[] {
  const runs: VoidRun[] = [];
  let run: VoidRun | undefined;
  for (const entry of entries) {
    const seq = seqOf(entry);
    if (entry.kind !== 'void') run = undefined;
    else if (run && seq >= run.from - 1) {
      if (seq < run.from) run.rows++;
      run.from = Math.min(run.from, lowestOf(entry));
    } else {
      run = { top: seq, from: lowestOf(entry), rows: 1 };
      runs.push(run);
    }
  }
  return runs;
}

const isShown = (entry: LogEntry): boolean =>
  entry.kind === 'message' && entry.message.deletedAt === undefined;

/** Returns the messages of some pages of the log, newest first. Handles each entry once. */
function messagesOf(pages: readonly LogPage[]): Message[] {
  const entries = pages.flatMap((page) => page.entries);
  const pageOf = new Map(pages.flatMap((page) => page.entries.map((entry) => [seqOf(entry), page])));
  return currentMessages(entries, (change) => pageOf.get(change.message)?.isHeld(change) ?? false);
}

/**
 * Reads the newest messages. Jumps over long runs of void entries: the first reader of a run notes its lowest number on
 * its topmost entry, and later readers continue below. A read that finds no message doubles the size of the next one,
 * because a popular message can have thousands of changes after it.
 */
async function readNewest(
  db: Database,
  room: string,
  { before, limit, consistent = true }: NewestRange,
): Promise<NewestPage> {
  const firstSize = limit + READ_AHEAD;
  let size = firstSize;
  const pages: LogPage[] = [];
  const entries: LogEntry[] = [];
  let from = before;
  let messages: Message[] = [];
  let shown = 0;
  let hasMore = true;
  while (hasMore && messages.length <= limit) {
    const page = await listLog(db, room, { before: from, limit: size, consistent });
    pages.push(page);
    entries.push(...page.entries);
    from = Math.min(...page.entries.map(lowestOf));
    hasMore = page.hasMore && page.entries.length > 0;
    shown += page.entries.filter(isShown).length;
    if (!hasMore || shown > limit) messages = messagesOf(pages);
    size = page.entries.some(isShown) ? firstSize : Math.min(2 * size, MAX_READ);
  }
  const long = voidRuns(entries).filter(({ rows }) => rows > firstSize);
  await Promise.all(long.map((run) => noteVoidRun(db, room, run)));
  hasMore = messages.length > limit;
  return { messages: messages.slice(0, limit), hasMore, all: messages, entries };
}

/** Returns the newest messages of a room, newest first, without deleted ones. */
export async function newestMessages(db: Database, room: string, range: NewestRange): Promise<MessagePage> {
  const { messages, hasMore } = await readNewest(db, room, range);
  return { messages, hasMore };
}

/**
 * How long to wait for a write that is still in flight, in milliseconds. A write usually takes a small part of this.
 */
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

/** The sequence number of an entry. A void entry may stand for the numbers from `from` on. */
interface Numbered {
  readonly seq: number;
  readonly from?: number;
}

const numbered = (entry: LogEntry): Numbered => ({ seq: seqOf(entry), from: lowestOf(entry) });

/** Returns the numbers above `since` up to `upTo` that no entry stands for. */
function missingNumbers(entries: readonly Numbered[], { since, upTo }: Omit<LogRange, 'limit'>): number[] {
  const used = new Set(entries.map(({ seq }) => seq));
  const runs = entries.filter(({ seq, from = seq }) => from < seq);
  const isUsed = (each: number) =>
    used.has(each) || runs.some(({ seq, from = seq }) => from <= each && each < seq);
  return Array.from({ length: Math.max(0, upTo - since) }, (_, index) => since + 1 + index).filter(
    (seq) => !isUsed(seq),
  );
}

/** Returns the numbers above `since` up to `upTo` that no entry of the log stands for. */
export const openNumbers = (entries: readonly LogEntry[], range: Omit<LogRange, 'limit'>): number[] =>
  missingNumbers(entries.map(numbered), range);

/**
 * Reads a page of the log and settles it. A number without an entry belongs to a write that is in flight or has
 * failed: waits a moment for the write, then voids the number, and the writer takes another one. So a client that has
 * read up to a number never misses an entry below it.
 * @param range `upTo` must not exceed the room's `seq`
 */
export async function settleLog(db: Database, room: string, range: LogRange): Promise<SettledPage> {
  const first = await readPage(db, room, range);
  const openIn = ({ entries, upTo }: SettledPage) => openNumbers(entries, { since: range.since, upTo });
  if (openIn(first).length === 0) return first;
  await delay(IN_FLIGHT_MS);
  const page = await readPage(db, room, range);
  const settled = await Promise.all(
    openIn(page).map(
      async (seq): Promise<LogEntry> => (await putVoid(db, room, seq)) ?? { kind: 'void', seq },
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
): Promise<void> {
  let settled = since;
  while (settled < upTo) {
    settled = (await settleLog(db, room, { since: settled, upTo, limit: SETTLED_PAGE })).upTo;
  }
}

/** The newest entries of a log, newest first. */
interface LogEnd {
  readonly read: readonly Numbered[];
  /** Whether the log has more entries below them. */
  readonly hasMore: boolean;
}

/** Returns the numbers up to the room's `seq` that have no entry, as far as the log has been read. */
function openAtEnd({ seq: upTo }: Pick<Room, 'seq'>, { read, hasMore }: LogEnd): number[] {
  const lowest = hasMore ? Math.min(...read.map(({ seq, from = seq }) => from)) : 1;
  return missingNumbers(read, { since: Math.max(lowest - 1, upTo - MAX_SETTLED), upTo });
}

/**
 * Settles the end of the log, as far as it has been read.
 * @returns whether it was open, so that the entries must be read again
 */
export async function settleEnd(
  db: Database,
  { id, seq }: Pick<Room, 'id' | 'seq'>,
  end: LogEnd,
): Promise<boolean> {
  const open = openAtEnd({ seq }, end);
  const [first] = open;
  const last = open.at(-1);
  if (first === undefined || last === undefined) return false;
  await settleRange(db, id, { since: first - 1, upTo: last });
  return true;
}

/**
 * Reads the newest messages of a room, complete up to its `seq`: settles the numbers that the page covers first. A
 * message whose number was taken before the room was read is in the page, or else it takes a number above `seq`, and is
 * posted to the connections that exist by then (decision 012).
 * @param room resolves to the room, which may be read at the same time as the log; undefined leaves the page as it is
 * @param range with `consistent: false`, reads at half the cost, and again consistently if numbers are missing
 */
export async function readLatest(
  db: Database,
  id: string,
  room: Promise<Pick<Room, 'id' | 'seq'> | undefined>,
  { limit, consistent = true }: Omit<NewestRange, 'before'>,
): Promise<NewestPage> {
  const [first, found] = await Promise.all([readNewest(db, id, { limit, consistent }), room]);
  const endOf = ({ entries, hasMore }: NewestPage) => ({ read: entries.map(numbered), hasMore });
  const isBehind = !consistent && found !== undefined && openAtEnd(found, endOf(first)).length > 0;
  const page = isBehind ? await readNewest(db, id, { limit }) : first;
  const settled = found && (await settleEnd(db, found, endOf(page)));
  return settled ? readNewest(db, id, { limit }) : page;
}

/** Returns the newest messages of a room, complete up to its `seq`. @param room as for `readLatest` */
export async function latestMessages(
  db: Database,
  id: string,
  room: Promise<Pick<Room, 'id' | 'seq'> | undefined>,
  { limit }: Pick<NewestRange, 'limit'>,
): Promise<MessagePage> {
  const { messages, hasMore } = await readLatest(db, id, room, { limit });
  return { messages, hasMore };
}
