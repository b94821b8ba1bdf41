import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Connection } from '../domain/connection.ts';
import { placingShards, type Room, SETTLING_MS } from '../domain/room.ts';
import { type ConnectionPlace, getConnection } from './connections.ts';
import { type Database, unlessRefused } from './database.ts';
import { roomKey, shardOf } from './keys.ts';

type Sharded = Pick<Room, 'id' | 'shards' | 'grown'>;

/** The counts that a room has had: it doubles. */
function countsUpTo(shards: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count <= shards; count *= 2) counts.push(count);
  return counts;
}

/** The shard that a new row of a connection is placed in now. */
export const placedIn = (connection: string, room: Sharded, now: number): number =>
  shardOf(connection, placingShards(room, now));

/** Every place in which a connection's row may stand in a room: it was placed by the count of its time. */
export const placesOf = (connection: string, { id: room, shards }: Sharded): ConnectionPlace[] =>
  [...new Set(countsUpTo(shards).map((count) => shardOf(connection, count)))].map((shard) => ({
    room,
    shard,
    id: connection,
  }));

/** Milliseconds after which no row is left that was placed before: a connection lives for two hours and ten minutes. */
const REPLACED_MS = 3 * 60 * 60 * 1000;

/** Every shard in which rows may stand that belong to a shard by the room's present count. */
export function shardsBehind(shard: number, { shards, grown }: Omit<Sharded, 'id'>, now: number): number[] {
  if (grown && now > grown.at + REPLACED_MS) return [shard];
  return [...new Set(countsUpTo(shards).map((count) => shard % count))];
}

/** A connection's row in a room, read consistently, wherever it was placed; undefined where there is none. */
export async function findConnection(
  db: Database,
  connection: string,
  room: Sharded,
): Promise<Connection | undefined> {
  const found = await Promise.all(placesOf(connection, room).map((place) => getConnection(db, place)));
  return found.find((row) => row !== undefined);
}

/**
 * Has a room grow. Who reads its connections goes by the new count at once, who writes them only when nobody can be left
 * who reads by the old one.
 * @returns whether it has grown now; not where it has since it was read, or where it is settling still
 */
export async function growShards(
  db: Database,
  { id, shards }: Sharded,
  to: number,
  now: number,
): Promise<boolean> {
  const grown = await unlessRefused(
    db.client.send(
      new UpdateItemCommand({
        TableName: db.chat,
        Key: marshall(roomKey(id)),
        UpdateExpression: 'SET shards = :to, shardsBefore = :from, shardsSince = :now',
        ConditionExpression:
          'shards = :from AND (attribute_not_exists(shardsSince) OR shardsSince <= :settled)',
        ExpressionAttributeValues: marshall({
          ':to': to,
          ':from': shards,
          ':now': now,
          ':settled': now - SETTLING_MS,
        }),
      }),
    ),
  );
  return grown !== undefined;
}
