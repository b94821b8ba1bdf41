import { directRoomUsers, type Room } from './room.ts';

/** At most so many by one person in one room, in any span of so long. */
export interface Rate {
  readonly messages: number;
  readonly windowMs: number;
}

/** What holds in each kind of room; null where nothing does. */
export type Rates = Readonly<Record<Room['kind'], Rate | null>>;

/** What is counted together: whoever has just said as much as they may can still correct it. */
export type Counted = 'send' | 'change';

/** Told from the room's id, so that it costs no read: a direct room's id names its two users. */
export const rateIn = (rates: Rates, room: string): Rate | null =>
  rates[directRoomUsers(room) ? 'direct' : 'group'];
