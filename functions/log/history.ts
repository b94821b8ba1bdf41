import { setTimeout as delay } from 'node:timers/promises';
import { currentMessages, type LogEntry, type Message, seqOf } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import type { Database } from '../store/database.ts';
import { listLog, listLogSince, putVoid } from '../store/log.ts';

/** The number of extra entries to read for each page, since the log also holds edits and deletes. */
const READ_AHEAD = 10;

interface MessagePage {
  /** Newest first. */
  readonly messages: readonly Message[];
  readonly hasMore: boolean;
  /** The highest sequence number that was read; 0 if there was none. */
  readonly upTo: number;
}

interface Newest {
  /** Exclusive. Without it, the page starts at the end of the log. */
  readonly before?: number | undefined;
  readonly limit: number;
  /** True by default. */
  readonly consistent?: boolean;
}

async function readNewest(
  db: Database,
  room: string,
  { before, limit, consistent = true }: Newest,
): Promise<MessagePage> {
  const entries: LogEntry[] = [];
  let from = before;
  for (;;) {
    const page = await listLog(db, room, { before: from, limit: limit + READ_AHEAD, consistent });
    entries.push(...page.entries);
    const messages = currentMessages(entries);
    const [first] = entries;
    const upTo = first ? seqOf(first) : 0;
    if (messages.length > limit) return { messages: messages.slice(0, limit), hasMore: true, upTo };
    const last = page.entries.at(-1);
    if (!page.hasMore || !last) return { messages, hasMore: false, upTo };
    from = seqOf(last);
  }
}

/** Returns the newest messages of a room, newest first, without deleted ones. */
export async function newestMessages(
  db: Database,
  room: string,
  range: Omit<Newest, 'consistent'>,
): Promise<Pick<MessagePage, 'messages' | 'hasMore'>> {
  const { messages, hasMore } = await readNewest(db, room, range);
  return { messages, hasMore };
}

/**
 * Returns the newest messages, complete up to the room's `seq`. Reads eventually consistent, at half the cost, and again
 * consistently if the page does not reach that number.
 * @param room resolves to the room, read consistently; it may be read at the same time as the log
 */
export async function latestMessages(
  db: Database,
  id: string,
  room: Promise<Pick<Room, 'seq'> | undefined>,
  limit: number,
): Promise<Pick<MessagePage, 'messages' | 'hasMore'>> {
  const [page, found] = await Promise.all([readNewest(db, id, { limit, consistent: false }), room]);
  return page.upTo >= (found?.seq ?? 0) ? page : readNewest(db, id, { limit });
}

/** How long to wait for a write that is still in flight, in milliseconds. Several writes take less. */
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

function openNumbers({ entries, upTo }: SettledPage, since: number): number[] {
  const used = new Set(entries.map(seqOf));
  return Array.from({ length: upTo - since }, (_, index) => since + 1 + index).filter(
    (seq) => !used.has(seq),
  );
}

/**
 * Reads a page of the log and settles it. A number without an entry belongs to a write that is in flight or has failed:
 * waits a moment for it and then voids the number, so that its writer takes another one. So a client that has read up to
 * a number never misses an entry below it.
 * @param range `upTo` must not exceed the room's `seq`
 */
export async function settleLog(db: Database, room: string, range: LogRange): Promise<SettledPage> {
  const first = await readPage(db, room, range);
  if (openNumbers(first, range.since).length === 0) return first;
  await delay(IN_FLIGHT_MS);
  const page = await readPage(db, room, range);
  const settled = await Promise.all(
    openNumbers(page, range.since).map(
      async (seq): Promise<LogEntry> => (await putVoid(db, room, seq)) ?? { kind: 'void', seq },
    ),
  );
  const entries = [...page.entries, ...settled].sort((one, other) => seqOf(one) - seqOf(other));
  return { entries, upTo: page.upTo };
}
