import { ChatError } from '../domain/errors.ts';
import type { LogEntry } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { type Claim, moveClaim, takeClaim } from '../store/claims.ts';
import type { Database } from '../store/database.ts';
import { putVoid, takeSeq } from '../store/log.ts';
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
async function voidSequence(db: Database, room: string, seq: number): Promise<void> {
  await putVoid(db, room, seq).catch(() => undefined);
}

/** Where an entry goes. */
export interface AppendTarget {
  /** The room. Its `seq` was taken for the entry, unless an earlier try has a number. */
  readonly room: Room;
  readonly claim: Claim | undefined;
  /** The number that an earlier try claimed with the same client id, if the caller found one. */
  readonly claimed?: number | undefined;
}

/**
 * Stores an entry in the log, under the number that an earlier try claimed with the same client id, or else under the
 * room's `seq`. Takes another number if a reader voided it meanwhile.
 * @param put stores the entry under a sequence number; resolves to the entry that is there already, if any. Gets the
 * room as it was when the latest number was taken: connections listed after that and connections that read the log
 * themselves are together all connections (decision 012)
 */
export async function appendToLog(
  { room, claim, claimed }: AppendTarget,
  put: (seq: number, room: Room) => Promise<LogEntry | undefined>,
  { db, now }: Pick<LogContext, 'db' | 'now'>,
): Promise<Appended> {
  let latest = room;
  let hasNumber = claimed === undefined;
  let seq = claimed ?? (claim ? await takeClaim(db, claim, room.seq, now()) : room.seq);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const isUnused = hasNumber && seq !== latest.seq;
    const [earlier] = await Promise.all([
      put(seq, latest),
      isUnused && voidSequence(db, room.id, latest.seq),
    ]);
    if (earlier?.kind !== 'void') return { room: latest, seq, earlier };
    latest = await takeSeq(db, room.id, now());
    hasNumber = true;
    seq = claim ? await moveClaim(db, claim, { from: seq, to: latest.seq }, now()) : latest.seq;
  }
  throw new ChatError('INTERNAL');
}
