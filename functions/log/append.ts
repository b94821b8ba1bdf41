import { ChatError } from '../domain/errors.ts';
import type { LogEntry } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { type Claim, moveClaim, takeClaim } from '../store/claims.ts';
import type { Database } from '../store/database.ts';
import { putVoid, takeSeq } from '../store/log.ts';
import type { LogContext } from './context.ts';

/** A sync voids only the numbers of slow writes, so several voided tries in a row are very unlikely. */
const MAX_TRIES = 5;

export interface Appended {
  /** The room. Its `seq` is the last sequence number taken for the entry. */
  readonly room: Room;
  /** The sequence number of the entry. */
  readonly seq: number;
  /** The entry that an earlier try stored under `seq`; undefined if this call stored it. */
  readonly earlier: LogEntry | undefined;
}

/**
 * Voids a sequence number that will not be used, so that a sync need not wait for it. Ignores errors, because a sync
 * voids open numbers too.
 */
export async function voidSequence(db: Database, room: string, seq: number): Promise<void> {
  await putVoid(db, room, seq).catch(() => undefined);
}

/**
 * Stores an entry in the log, under the number that an earlier try claimed with the same client id, or else under the
 * room's `seq`. Takes another number if a sync voided it meanwhile.
 * @param room the room as returned when its `seq` was taken for this entry
 * @param put stores the entry under a sequence number; resolves to the entry that is there already, if any
 */
export async function appendToLog(
  room: Room,
  claim: Claim | undefined,
  put: (seq: number) => Promise<LogEntry | undefined>,
  { db, now }: Pick<LogContext, 'db' | 'now'>,
): Promise<Appended> {
  let latest = room;
  let seq = claim ? await takeClaim(db, claim, room.seq, now()) : room.seq;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const [earlier] = await Promise.all([
      put(seq),
      seq !== latest.seq && voidSequence(db, room.id, latest.seq),
    ]);
    if (earlier?.kind !== 'void') return { room: latest, seq, earlier };
    latest = await takeSeq(db, room.id, now());
    seq = claim ? await moveClaim(db, claim, { from: seq, to: latest.seq }, now()) : latest.seq;
  }
  throw new ChatError('INTERNAL');
}
