import type { Room } from './room.ts';

/** Of more connections than this in one shard the room grows more shards. */
export const SHARD_CONNECTIONS = 1_000;

/** No room has more shards; each reader of a room's connections asks for all of them. */
export const MAX_SHARDS = 64;

/**
 * For so many milliseconds after a room has grown, rows are placed by the count before. Whoever took a number before
 * that reads the former shards alone, and may do so until their function is ended, after 60 s at most (`lib/entries.ts`).
 * The other minute is for clocks that differ.
 */
export const SETTLING_MS = 120_000;

export type Sharding = Pick<Room, 'shards' | 'grown'>;

/** Whether rows are placed by the former count still. Until that is over, the room does not grow again. */
export const settling = ({ grown }: Sharding, now: number): boolean =>
  grown !== undefined && now < grown.at + SETTLING_MS;

/** Over how many shards new rows are spread: never more than anybody who has stored something meanwhile reads. */
export const placingShards = (room: Sharding, now: number): number =>
  room.grown && settling(room, now) ? room.grown.from : room.shards;

/** How many shards a room should have whose fullest one has so many connections: doubled until each has its share. */
export function shardsFor(connections: number, shards: number): number {
  let count = shards;
  for (let left = connections; left > SHARD_CONNECTIONS && count < MAX_SHARDS; left /= 2) count *= 2;
  return count;
}
