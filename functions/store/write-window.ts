import { ChatError } from '../domain/errors.ts';
import type { Counted, CountedByUser, Rate } from '../domain/room.ts';
import type { Database, Key } from './database.ts';
import { userLimitKey, visitorKey } from './keys.ts';

/** A sliding window: at most `rate.messages` writes of one kind in `rate.windowMs` milliseconds. */
export interface WriteWindow {
  readonly counted: Counted | CountedByUser | 'block' | 'report';
  readonly rate: Rate;
}

/** The parts of an update that counts a write. */
export interface CountingUpdate {
  readonly set: string;
  readonly condition: string;
  readonly values: Readonly<Record<string, number>>;
}

const oldestOf = ({ counted, rate }: WriteWindow): string => `${counted}${rate.messages - 1}`;

/**
 * Counts a write. An item stores the times of its last writes, `send0` the newest. Another write is allowed when the
 * oldest of them has left the window. The right side of an assignment reads the item before the update (AWS:
 * "Understand update expression order"). The oldest time moves first, so that the result does not depend on this rule.
 *
 * Clocks of functions differ by milliseconds, and so does the window. A time more than one window ahead comes from a
 * wrong clock, and is ignored, so that it cannot lock a member out.
 * @param now milliseconds since the epoch
 */
export function countWrite(window: WriteWindow, now: number): CountingUpdate {
  const { counted, rate } = window;
  const last = rate.messages - 1;
  const moved = Array.from({ length: last }, (_, index) => {
    const place = last - index;
    return `${counted}${place}=if_not_exists(${counted}${place - 1},:none)`;
  });
  const oldest = oldestOf(window);
  return {
    set: [...moved, `${counted}0=:now`].join(),
    condition: `(attribute_not_exists(${oldest}) OR ${oldest}<=:from OR ${oldest}>:ahead)`,
    values: {
      ':now': now,
      ':from': now - rate.windowMs,
      ':ahead': now + rate.windowMs,
      // DynamoDB rejects a value that no expression uses.
      ...(last > 0 && { ':none': 0 }),
    },
  };
}

/** Returns the milliseconds until a full window allows another write, at least 1. */
export function waitOf(window: WriteWindow, item: Readonly<Record<string, unknown>>, now: number): number {
  const oldest = item[oldestOf(window)];
  return typeof oldest === 'number' ? Math.max(1, oldest + window.rate.windowMs - now) : 1;
}

/**
 * Counts an action in an item that expires after the window.
 * @returns the milliseconds until the action is allowed; undefined if it was counted
 */
async function countInItem(
  db: Database,
  key: Key,
  window: WriteWindow,
  now: number,
): Promise<number | undefined> {
  const { set, condition, values } = countWrite(window, now);
  const expiresAt = Math.ceil((now + window.rate.windowMs) / 1000);
  const counted = await db.chat.update(key, {
    update: `SET expiresAt=:expires,${set}`,
    condition,
    values: { ...values, ':expires': expiresAt },
  });
  return counted ? undefined : waitOf(window, (await db.chat.get(key)) ?? {}, now);
}

/**
 * Counts the write of a user who is not a member. The caller has checked that the room is open.
 * @param now milliseconds since the epoch
 * @throws ChatError RATE_LIMITED
 */
export async function countVisitorWrite(
  db: Database,
  room: string,
  visitor: string,
  window: WriteWindow,
  now: number,
): Promise<void> {
  const wait = await countInItem(db, visitorKey(room, visitor), window, now);
  if (wait !== undefined) throw new ChatError('RATE_LIMITED', undefined, wait);
}

/**
 * Counts an action of a user, or of others that affects the user, across all rooms. Returns as `countInItem`.
 * @param by counts only the actions of this other user
 */
export const countByUser = (
  db: Database,
  user: string,
  window: WriteWindow,
  now: number,
  by?: string,
): Promise<number | undefined> => countInItem(db, userLimitKey(user, window.counted, by), window, now);
