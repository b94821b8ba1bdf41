import { setTimeout as delay } from 'node:timers/promises';
import { currentMessages, type LogEntry, type Message, seqOf } from '../domain/message.ts';
import type { Database } from '../store/database.ts';
import { listLog, listLogSince, putVoid } from '../store/log.ts';
import { withReaders } from '../store/messages.ts';

/** The number of extra entries to read for each page, since the log also holds edits and deletes. */
const READ_AHEAD = 10;

/** Returns the newest messages of a room, newest first, without deleted ones. */
export async function newestMessages(
  db: Database,
  room: string,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<{ messages: readonly Message[]; hasMore: boolean }> {
  const entries: LogEntry[] = [];
  let from = before;
  for (;;) {
    const page = await listLog(db, room, { before: from, limit: limit + READ_AHEAD });
    entries.push(...page.entries);
    const messages = currentMessages(entries);
    if (messages.length > limit) return { messages: messages.slice(0, limit), hasMore: true };
    const last = page.entries.at(-1);
    if (!page.hasMore || !last) return { messages, hasMore: false };
    from = seqOf(last);
  }
}

/** Returns the newest messages as a reader sees them: see `newestMessages` and `withReaders`. */
export async function newestMessagesFor(
  reader: string,
  db: Database,
  room: string,
  range: { before?: number | undefined; limit: number },
): Promise<{ messages: readonly Message[]; hasMore: boolean }> {
  const page = await newestMessages(db, room, range);
  return { ...page, messages: await withReaders(db, page.messages, [reader]) };
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
