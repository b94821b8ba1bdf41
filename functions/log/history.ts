import { setTimeout as pause } from 'node:timers/promises';
import { type LogEntry, type Message, remaining, seqOf } from '../domain/message.ts';
import type { Database } from '../store/database.ts';
import { listLog, listLogSince, putVoid } from '../store/log.ts';

/** Read beyond what is asked for, since edits and deletes stand in the log too. */
const READ_AHEAD = 10;

/** The newest messages of a room that are not deleted, newest first, and whether there are older ones. */
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
    const messages = remaining(entries);
    if (messages.length > limit) return { messages: messages.slice(0, limit), hasMore: true };
    const last = page.entries.at(-1);
    if (!page.hasMore || !last) return { messages, hasMore: false };
    from = seqOf(last);
  }
}

/** Milliseconds that whoever has a number and has put nothing under it yet is waited for: several writes take less. */
const PATIENCE_MS = 150;

/** A part of a room's log that will never change in between. */
export interface Settled {
  /** Oldest first, one for each number. */
  readonly entries: readonly LogEntry[];
  /** The last number of the part. */
  readonly upTo: number;
}

interface Stretch {
  readonly since: number;
  readonly upTo: number;
  readonly limit: number;
}

async function read(db: Database, room: string, stretch: Stretch): Promise<Settled> {
  // DynamoDB refuses a range that ends before it begins.
  if (stretch.since >= stretch.upTo) return { entries: [], upTo: stretch.upTo };
  const { entries, hasMore } = await listLogSince(db, room, stretch);
  const last = entries.at(-1);
  return { entries, upTo: hasMore && last ? seqOf(last) : stretch.upTo };
}

function holesOf({ entries, upTo }: Settled, since: number): number[] {
  const there = new Set(entries.map(seqOf));
  return Array.from({ length: upTo - since }, (_, index) => since + 1 + index).filter(
    (seq) => !there.has(seq),
  );
}

/**
 * Reads on in a room's log, and leaves no number open behind: one that nothing stands under is on its way still, or
 * was given up. It is waited for a moment and then made void, so that who had it takes another. Whoever has read up to a
 * number has everything up to it, for good.
 * @param stretch numbers above `since` up to `upTo`, which must have been given out already; at most `limit` entries
 */
export async function settleLog(db: Database, room: string, stretch: Stretch): Promise<Settled> {
  const first = await read(db, room, stretch);
  if (holesOf(first, stretch.since).length === 0) return first;
  await pause(PATIENCE_MS);
  const page = await read(db, room, stretch);
  const late = await Promise.all(
    holesOf(page, stretch.since).map(
      async (seq): Promise<LogEntry> => (await putVoid(db, room, seq)) ?? { kind: 'void', seq },
    ),
  );
  const entries = [...page.entries, ...late].sort((one, other) => seqOf(one) - seqOf(other));
  return { entries, upTo: page.upTo };
}
