import { type LogEntry, timeOf } from '../domain/message.ts';
import { expiryOf, finalIn, KEEP_ALL } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import { type ExpiringItem, giveExpiry, giveFileExpiry } from '../store/expiring-items.ts';
import { leaveWalk, noteWalked, takeWalk, type Walk } from '../store/retention-walk.ts';
import type { LogContext } from './context.ts';
import { readSettledItems } from './settle.ts';

/** How long one call walks, in milliseconds. */
const BUDGET_MS = 10_000;

/** How long items stay that a new setting makes expire at once, in milliseconds: time to correct a mistake. */
const GRACE_MS = 24 * 60 * 60 * 1000;

/** Returns the expiry of an existing item by the room's present settings. @param time when it was written */
function newExpiry(room: Room, time: number, { seq, expiry }: ExpiringItem, context: LogContext) {
  const before = expiry && 'expiresAt' in expiry ? expiry.expiresAt : Infinity;
  const soonest = Math.ceil((context.now() + GRACE_MS) / 1000);
  // The messages of an emptied room are gone. Only a legal hold keeps them.
  if (seq <= (room.floor ?? 0) && !room.held) return { expiresAt: Math.min(before, soonest) };
  const after = expiryOf(room, time, context);
  if (!after || 'heldUntil' in after || before <= after.expiresAt) return after;
  return { expiresAt: Math.max(after.expiresAt, soonest) };
}

/** Returns the times of entries in milliseconds since the epoch. A void entry gets that of the entry before. */
function timesOf(entries: readonly LogEntry[], before: number): readonly number[] {
  let latest = before;
  return entries.map((entry) => {
    latest = timeOf(entry) ?? latest;
    return latest;
  });
}

/** Reads a page of a walk. Settles it first: a write in flight may have read the room before the settings changed. */
const readPage = ({ room, to }: Walk, since: number, context: LogContext) =>
  readSettledItems(
    context.db,
    room.id,
    { since, upTo: to },
    { ...KEEP_ALL, ...finalIn(room, context), expiry: expiryOf(room, context.now(), context) },
  );

/** How many items get their expiry at the same time. */
const AT_ONCE = 20;

/** Gives items of a room the expiry that its settings say. @param times as of `timesOf` */
async function applyTo(
  items: readonly ExpiringItem[],
  times: readonly number[],
  room: Room,
  context: LogContext,
): Promise<void> {
  const { db, now } = context;
  const expiring = items.map((item, index) => {
    const time = times[index] ?? now();
    // A newer message, sent after the walk began, may hold the same file.
    const expiryAt = (latest = 0) => newExpiry(room, Math.max(time, latest), item, context);
    return { item, expiryAt, expiry: expiryAt() };
  });
  for (let start = 0; start < expiring.length; start += AT_ONCE) {
    const some = expiring.slice(start, start + AT_ONCE);
    await Promise.all(some.map(({ item, expiry }) => giveExpiry(db, room.id, item, expiry)));
  }
  for (const { item, expiryAt } of expiring) {
    const sentAt = item.entry.kind === 'message' ? timeOf(item.entry) : undefined;
    for (const file of item.files) await giveFileExpiry(db, room.id, file, { expiryAt, sentAt }, now());
  }
}

/**
 * Gives the existing items of a room the expiry that its settings require. Each call handles a part of the log, and the
 * next one continues. After the last part, all items of the room have this expiry: writes that were in flight have
 * ended by then, and later ones have read the settings with their number.
 */
export async function applyRetention(id: string, context: LogContext): Promise<void> {
  const { db, now } = context;
  const start = now();
  const walk = await takeWalk(db, id, start);
  if (!walk) return;
  const { room, to } = walk;
  try {
    let time = start;
    for (let since = walk.from; since < to && now() - start < BUDGET_MS; ) {
      const { items, last } = await readPage(walk, since, context);
      const times = timesOf(
        items.map(({ entry }) => entry),
        time,
      );
      time = times.at(-1) ?? time;
      await applyTo(items, times, room, context);
      if (!(await noteWalked(db, walk, last))) return;
      since = last;
    }
  } finally {
    await leaveWalk(db, id);
  }
}
