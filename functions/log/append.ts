import { ChatError } from '../domain/errors.ts';
import type { LogEntry } from '../domain/message.ts';
import { addMark, expiryOf, REUSE_MS, type RetentionContext } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import { type Claim, type Claimed, moveClaim, takeClaim } from '../store/claims.ts';
import type { Database } from '../store/database.ts';
import { putMarks } from '../store/expiry.ts';
import { putVoid } from '../store/log.ts';
import type { LogContext } from './context.ts';

/** Readers void only the numbers of slow writes, so several voided tries in a row are very unlikely. */
const MAX_TRIES = 5;

export interface Appended {
  /** The room, as it was when the last sequence number was taken for the entry. */
  readonly room: Room;
  /** The sequence number of the entry. */
  readonly seq: number;
  /** The entry that an earlier try stored under `seq`; undefined if this call stored it. */
  readonly earlier: LogEntry | undefined;
}

/**
 * Voids a number that a concurrent repeat took and does not use, so that readers need not wait for it. Ignores errors,
 * because readers void open numbers too.
 */
async function voidSequence(db: Database, room: Room, context: RetentionContext): Promise<void> {
  await putVoid(db, room.id, room.seq, expiryOf(room, context.now(), context)).catch(() => undefined);
}

/** Adds a mark to a room whose messages expire. Ignores errors, because the next write tries it again. */
async function noteMark(db: Database, room: Room, context: RetentionContext): Promise<void> {
  const marks = addMark(room, context);
  if (marks) await putMarks(db, room, marks).catch(() => undefined);
}

/** The room of a new entry, and the sequence number that it gets. */
export interface AppendTarget {
  /** The room. Its `seq` is the number taken for this entry, unless an earlier try claimed one. */
  readonly room: Room;
  readonly claim: Claim | undefined;
  /** The number that an earlier try claimed with the same client id, if the caller found one. */
  readonly claimed?: Claimed | undefined;
  /** Takes another number for the entry at a time, in milliseconds since the epoch. */
  readonly take: (now: number) => Promise<Room>;
}

/**
 * Stores an entry in the log, under the number that an earlier try claimed with the same client id, or else under the
 * room's `seq`. Takes another number if a reader voided it meanwhile, or if the earlier try is so long ago that readers
 * may have passed the number without voiding it.
 * @param put stores the entry under a sequence number; resolves to the entry that is there already, if any. Gets the
 * room as it was when the latest number was taken. A connection that is not listed after that reads the entry from the
 * log itself (decision 012)
 */
export async function appendToLog(
  { room, claim, claimed, take }: AppendTarget,
  put: (seq: number, room: Room) => Promise<LogEntry | undefined>,
  context: Pick<LogContext, 'db' | 'now' | 'retentionDays'>,
): Promise<Appended> {
  const { db, now } = context;
  let latest = room;
  let hasNumber = claimed === undefined;
  let seq = claimed?.seq ?? (claim ? await takeClaim(db, claim, room.seq, now()) : room.seq);
  if (claimed && claimed.at <= now() - REUSE_MS) {
    await putVoid(db, room.id, seq, expiryOf(room, now(), context));
  }
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const isUnused = hasNumber && seq !== latest.seq;
    const [earlier] = await Promise.all([
      put(seq, latest),
      isUnused && voidSequence(db, latest, context),
      noteMark(db, latest, context),
    ]);
    if (earlier?.kind !== 'void') return { room: latest, seq, earlier };
    latest = await take(now());
    hasNumber = true;
    seq = claim ? await moveClaim(db, claim, { from: seq, to: latest.seq }, now()) : latest.seq;
  }
  throw new ChatError('INTERNAL');
}
