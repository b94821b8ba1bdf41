import type { Counted, Rate } from '../domain/room.ts';

/** Whose turns are counted against which rate. */
export interface TurnWindow {
  readonly counted: Counted;
  readonly rate: Rate;
}

/** What an update takes to count a turn: its actions, its condition, and the values of both. */
export interface Counting {
  readonly set: string;
  readonly condition: string;
  readonly values: Readonly<Record<string, number>>;
}

const oldestOf = ({ counted, rate }: TurnWindow): string => `${counted}${rate.messages - 1}`;

/**
 * Counts a turn in a window that slides: an item keeps the times of its last turns, `send0` the newest, and one more
 * fits where the oldest of them has left the window. AWS: "Understand update expression order": what stands on the right
 * is the item as it was before. The oldest is moved first, so that an order of one by one gives the same.
 *
 * The functions' clocks differ by some milliseconds, and the window by as much. A time that is further ahead than a
 * window is a clock's that was wrong, and must lock nobody out.
 * @param now milliseconds since the epoch
 */
export function countTurn(window: TurnWindow, now: number): Counting {
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
      // DynamoDB refuses a value that no expression uses.
      ...(last > 0 && { ':none': 0 }),
    },
  };
}

/** In how many milliseconds an item that has no turn left has one again; 1 at least. */
export function waitOf(window: TurnWindow, item: Readonly<Record<string, unknown>>, now: number): number {
  const oldest = item[oldestOf(window)];
  return typeof oldest === 'number' ? Math.max(1, oldest + window.rate.windowMs - now) : 1;
}
