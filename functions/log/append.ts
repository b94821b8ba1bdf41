import { ChatError } from '../domain/errors.ts';
import type { LogEntry } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { type Claim, moveClaim, takeClaim } from '../store/claims.ts';
import type { Database } from '../store/database.ts';
import { putVoid } from '../store/log.ts';
import { takeSeq } from '../store/rooms.ts';
import type { LogContext } from './context.ts';

type Storing = Pick<LogContext, 'db' | 'now'>;

/** A number is sealed under a writer that is slower than a whole resume, so hardly once, and not so often in a row. */
const TRIES = 5;

/** Where a change stands in the log. */
export interface Entered {
  /** The room, its `seq` being the last number that was taken for the change. */
  readonly room: Room;
  /** What an earlier try of the same change has put there; undefined where it was put now. */
  readonly earlier: LogEntry | undefined;
}

/**
 * A number that will not be used is told to be void at once, so that nobody who resumes waits for it. Where that fails,
 * who resumes does it.
 */
export async function voidSequence(db: Database, room: string, seq: number): Promise<void> {
  await putVoid(db, room, seq).catch(() => undefined);
}

/**
 * Puts a change into the log, under the number that its client id took first, or else under the room's own. A number
 * that a client who resumes was told to be void is used no more: the change takes another.
 * @param room as it was when its `seq` was taken for this change
 * @param put puts the change under a number, and gives what stands there already
 */
export async function enterLog(
  room: Room,
  claim: Claim | undefined,
  put: (seq: number) => Promise<LogEntry | undefined>,
  { db, now }: Storing,
): Promise<Entered> {
  let taken = room;
  let seq = claim ? await takeClaim(db, claim, room.seq, now()) : room.seq;
  for (let tried = 0; tried < TRIES; tried++) {
    const [standing] = await Promise.all([
      put(seq),
      seq !== taken.seq && voidSequence(db, room.id, taken.seq),
    ]);
    if (standing?.kind !== 'void') return { room: taken, earlier: standing };
    taken = await takeSeq(db, room.id, now());
    seq = claim ? await moveClaim(db, claim, { from: seq, to: taken.seq }, now()) : taken.seq;
  }
  throw new ChatError('INTERNAL');
}
