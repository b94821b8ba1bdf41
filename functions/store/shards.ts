import type { Connection } from '../domain/connection.ts';
import { placingShards, type Room, SETTLING_MS } from '../domain/room.ts';
import { type ConnectionPlace, getConnection } from './connections.ts';
import type { Database } from './database.ts';
import { roomKey, shardOf } from './keys.ts';

type Sharded = Pick<Room, 'id' | 'shards' | 'grown'>;

/** Returns all shard counts that a room has had: powers of two. */
const countsUpTo = (shards: number): number[] =>
  Array.from({ length: Math.floor(Math.log2(shards)) + 1 }, (_, power) => 2 ** power);

/** Returns the shard for a new row of a connection. */
export const placedIn = (connection: string, room: Sharded, now: number): number =>
  shardOf(connection, placingShards(room, now));

/** Returns every place where a connection's row may be: it depends on the number of shards when the row was written. */
export const placesOf = (connection: string, { id: room, shards }: Sharded): ConnectionPlace[] =>
  [...new Set(countsUpTo(shards).map((count) => shardOf(connection, count)))].map((shard) => ({
    room,
    shard,
    id: connection,
  }));

/** Longer than any row from before a growth exists, in milliseconds: rows live for two hours and ten minutes. */
const REPLACED_MS = 3 * 60 * 60 * 1000;

/** Returns every shard that may hold rows which belong to `shard` by the room's present count. */
export function shardsBehind(shard: number, { shards, grown }: Omit<Sharded, 'id'>, now: number): number[] {
  if (grown && now > grown.at + REPLACED_MS) return [shard];
  return [...new Set(countsUpTo(shards).map((count) => shard % count))];
}

/** Returns a connection's row in a room, read consistently from every place where it may be. */
export async function findConnection(
  db: Database,
  connection: string,
  room: Sharded,
): Promise<Connection | undefined> {
  const rows = await Promise.all(placesOf(connection, room).map((place) => getConnection(db, place)));
  return rows.find((row) => row !== undefined);
}

/**
 * Raises a room's shard count to `to`. Readers use the new count at once. Writers use it only after SETTLING_MS, when
 * no invocation is left that still reads by the old count.
 * @returns false when the room grew since it was read, or is still settling
 */
export async function growShards(
  db: Database,
  { id, shards }: Sharded,
  to: number,
  now: number,
): Promise<boolean> {
  const grown = await db.chat.update(roomKey(id), {
    update: 'SET shards = :to, shardsBefore = :from, shardsSince = :now',
    condition: 'shards = :from AND (attribute_not_exists(shardsSince) OR shardsSince <= :settled)',
    values: { ':to': to, ':from': shards, ':now': now, ':settled': now - SETTLING_MS },
  });
  return grown !== undefined;
}
