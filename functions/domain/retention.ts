import { type LogEntry, seqOf, timeOf } from './message.ts';
import type { Room } from './room.ts';

/** The longest retention time, in days: 100 years. */
export const MAX_RETENTION_DAYS = 36_500;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The longest time between taking a sequence number and storing its entry, in milliseconds. The function that took the
 * number runs for at most a minute (`lib/entries.ts`), and so does the last repeat that uses it (`REUSE_MS`). The rest
 * allows for clock skew.
 */
const LONGEST_WRITE_MS = 10 * 60 * 1000;

/** How long after its first attempt a repeat may use the number of that attempt, in milliseconds. */
export const REUSE_MS = 5 * 60 * 1000;

/** The longest time that a function runs, in milliseconds (`lib/entries.ts`). */
const LONGEST_RUN_MS = 60 * 1000;

/** How many marks a busy room adds in one retention time. */
const MARKS = 16;

/** The clock, and how long a chat keeps messages. */
export interface RetentionContext {
  /** Returns the current time in milliseconds since the epoch. */
  readonly now: () => number;
  /** How many days a room without its own setting keeps messages. Absent: for ever. */
  readonly retentionDays?: number | undefined;
}

/** The fields of a room that decide which entries of its log have expired. */
export type Expiring = Pick<
  Room,
  'seq' | 'floor' | 'floorAt' | 'retentionDays' | 'held' | 'marks' | 'lastAt'
>;

/**
 * Which part of a room's log readers still see. The floor and the horizon hide expired entries, because DynamoDB
 * deletes them up to days late. Such deletes leave numbers without an entry. A reader waits for the entry of a number
 * unless the number is final: taken so long ago that no function can still be storing its entry.
 */
export interface Kept {
  /** The sequence number up to which all entries are gone for good. */
  readonly floor: number;
  /** The time up to which entries have expired, in milliseconds since the epoch. */
  readonly horizon: number;
  /** The sequence number up to which all numbers are final. */
  readonly finalTo: number;
  /** An entry of this time or earlier makes all numbers below it final. Milliseconds since the epoch. */
  readonly finalAt: number;
  /** The expiry of an entry that is written now. Absent if it does not expire. */
  readonly expiry?: Expiry | undefined;
}

/** For a room whose messages never expire: readers see its whole log. */
export const KEEP_ALL: Kept = { floor: 0, horizon: 0, finalTo: 0, finalAt: 0 };

/**
 * When an item expires, in seconds since the epoch, as an attribute of the item. DynamoDB deletes items by `expiresAt`.
 * A legal hold renames it to `heldUntil`: the item stays, and is hidden from members as it would be without the hold.
 */
export type Expiry = { readonly expiresAt: number } | { readonly heldUntil: number };

/** Returns how long a room keeps messages, in milliseconds; undefined for ever. */
function keptMs(room: Pick<Room, 'retentionDays'>, chatDays: number | undefined): number | undefined {
  const days = room.retentionDays ?? chatDays ?? 0;
  return days > 0 ? days * DAY_MS : undefined;
}

/**
 * Returns the expiry of an entry; undefined if it does not expire.
 * @param time when the entry was logged, in milliseconds since the epoch
 */
export function expiryOf(
  room: Pick<Room, 'retentionDays' | 'held'>,
  time: number,
  { retentionDays }: Pick<RetentionContext, 'retentionDays'>,
): Expiry | undefined {
  const kept = keptMs(room, retentionDays);
  if (kept === undefined) return undefined;
  const seconds = Math.ceil((time + kept) / 1000);
  return room.held ? { heldUntil: seconds } : { expiresAt: seconds };
}

/**
 * Returns the highest sequence number that is known to have been taken by a time. Adds the longest run to `lastAt`,
 * because a function reads the clock when it starts, and takes the number later.
 * @param time milliseconds since the epoch
 */
const seqAt = ({ seq, lastAt, marks = [] }: Expiring, time: number): number =>
  lastAt !== undefined && lastAt + LONGEST_RUN_MS <= time
    ? seq
    : Math.max(0, ...marks.filter(({ at }) => at <= time).map((mark) => mark.seq));

/** Returns which numbers of a room's log are final, as the fields `finalTo` and `finalAt` say it. */
export function finalIn(room: Expiring, { now }: RetentionContext): Pick<Kept, 'finalTo' | 'finalAt'> {
  const finalAt = now() - LONGEST_WRITE_MS;
  return { finalTo: seqAt(room, finalAt), finalAt };
}

/** Returns a time before which all entries are surely below the floor; 0 if the room was never emptied. */
const emptiedBefore = ({ floorAt = LONGEST_RUN_MS }: Expiring): number => floorAt - LONGEST_RUN_MS;

/** Returns which part of a room's log its members see now. */
export function keptIn(room: Expiring, context: RetentionContext): Kept {
  const { floor = 0 } = room;
  const kept = keptMs(room, context.retentionDays);
  const emptied = emptiedBefore(room);
  if (kept === undefined && !room.marks) {
    return floor > 0 ? { ...KEEP_ALL, floor, horizon: emptied } : KEEP_ALL;
  }
  const now = context.now();
  return {
    ...finalIn(room, context),
    floor: kept === undefined ? floor : Math.max(floor, seqAt(room, now - kept)),
    horizon: kept === undefined ? emptied : Math.max(emptied, now - kept),
    expiry: expiryOf(room, now, context),
  };
}

/** Returns which part of a room's log the team's backend sees now. A legal hold shows it expired messages too. */
export function keptForBackend(room: Expiring, context: RetentionContext): Kept {
  const kept = keptIn(room, context);
  return room.held ? { ...kept, floor: room.floor ?? 0, horizon: emptiedBefore(room) } : kept;
}

/** Whether readers no longer see an entry, although DynamoDB may not have deleted it yet. */
export const isGone = (entry: LogEntry, { floor, horizon }: Kept): boolean =>
  seqOf(entry) <= floor || isExpiredAt(timeOf(entry), horizon);

/** Whether an entry of a time has expired. An entry without a time expires only by the floor. */
const isExpiredAt = (time: number | undefined, horizon: number): boolean =>
  time !== undefined && time <= horizon;

/** Whether readers no longer see a message, although DynamoDB may not have deleted it yet. */
export const isMessageGone = (
  { id, createdAt }: { readonly id: number; readonly createdAt: string },
  { floor, horizon }: Kept,
): boolean => id <= floor || isExpiredAt(Date.parse(createdAt), horizon);

/** Whether readers see none of a file's messages. The latest one decides. @param file its `sentAt` is as in `Upload` */
export const isFileGone = (
  { sentAt }: { readonly sentAt?: number | undefined },
  { horizon }: Kept,
): boolean => isExpiredAt(sentAt, horizon);

/** A note of the number that a room had reached at a time. */
export interface SeqMark {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Returns a room's marks with a new one for its latest number; undefined if the last mark is recent enough. Drops old
 * marks: the newest mark that is older than the retention time gives the room's floor, and earlier ones are not needed.
 * @param room with the number that was just taken
 */
export function addMark(room: Expiring, context: RetentionContext): readonly SeqMark[] | undefined {
  const kept = keptMs(room, context.retentionDays);
  if (kept === undefined) return undefined;
  const { marks = [], seq } = room;
  const at = context.now();
  const latest = marks.at(-1);
  if (latest && latest.at > at - kept / MARKS) return undefined;
  const firstKept = marks.findLastIndex((mark) => mark.at <= at - kept);
  return [...marks.slice(Math.max(0, firstKept, marks.length - 2 * MARKS)), { seq, at }];
}
