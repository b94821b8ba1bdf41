import {
  type AttributeValue,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Connection } from '../domain/connection.ts';
import type { Room } from '../domain/room.ts';
import { getItems } from './batch.ts';
import type { Database } from './database.ts';
import { connectionKey, parseShardKey, shardKey } from './keys.ts';

/** API Gateway ends a connection after 2 hours (AWS: quotas for WebSocket APIs); the row outlives it by ten minutes. */
const CONNECTION_LIFE_MS = (2 * 60 + 10) * 60 * 1000;

/** Where a connection's row stands. */
export type ConnectionPlace = Pick<Connection, 'room' | 'shard' | 'id'>;

/** When a connection cannot be open any more, in seconds since the epoch. */
export const connectionExpiry = (connection: Pick<Connection, 'connectedAt'>): number =>
  Math.floor((connection.connectedAt + CONNECTION_LIFE_MS) / 1000);

/** The connection that an item of the table `connections` holds. */
export function toConnection(item: ReturnType<typeof unmarshall>): Connection {
  const {
    room,
    connection,
    user,
    username,
    email,
    userType = '',
    dialect,
    reads,
    connectedAt,
    tokenExpiresAt,
    via,
    joinedAt,
    home,
  } = item;
  return {
    id: connection,
    ...parseShardKey(room),
    user: { id: user, username, email, userType },
    dialect,
    reads,
    connectedAt,
    tokenExpiresAt,
    ...(via !== undefined && { via }),
    ...(joinedAt !== undefined && { joinedAt }),
    ...(home !== undefined && { home }),
  };
}

/** The item that a connection is kept as. */
export function itemOf(connection: Connection): Record<string, AttributeValue> {
  const { id, room, shard, user, dialect, reads, connectedAt, tokenExpiresAt, via, joinedAt, home } =
    connection;
  return marshall({
    ...connectionKey(room, shard, id),
    user: user.id,
    username: user.username,
    email: user.email,
    userType: user.userType,
    dialect,
    reads,
    connectedAt,
    tokenExpiresAt,
    expiresAt: connectionExpiry(connection),
    ...(via !== undefined && { via }),
    ...(joinedAt !== undefined && { joinedAt }),
    ...(home !== undefined && { home }),
  });
}

/** The row of a connection, as calls name it. */
export const targetOf = (db: Database, { room, shard, id }: ConnectionPlace) => ({
  TableName: db.connections,
  Key: marshall(connectionKey(room, shard, id)),
});

export async function putConnection(db: Database, connection: Connection): Promise<void> {
  await db.client.send(new PutItemCommand({ TableName: db.connections, Item: itemOf(connection) }));
}

/** A connection's row, read consistently; undefined where it is gone. */
export async function getConnection(db: Database, place: ConnectionPlace): Promise<Connection | undefined> {
  const { Item } = await db.client.send(new GetItemCommand({ ...targetOf(db, place), ConsistentRead: true }));
  return Item && toConnection(unmarshall(Item));
}

/** Those of the rows that are there, read consistently, in no order. Places must differ. */
export async function getConnections(
  db: Database,
  places: readonly ConnectionPlace[],
): Promise<Connection[]> {
  const keys = places.map(({ room, shard, id }) => connectionKey(room, shard, id));
  const items = await getItems(db, keys, { table: db.connections, consistent: true });
  return items.map(toConnection);
}

/** Removes a connection's row. @returns the connection, or undefined where its row was gone already */
export async function deleteConnection(
  db: Database,
  place: ConnectionPlace,
): Promise<Connection | undefined> {
  const { Attributes } = await db.client.send(
    new DeleteItemCommand({ ...targetOf(db, place), ReturnValues: 'ALL_OLD' }),
  );
  return Attributes && toConnection(unmarshall(Attributes));
}

async function queryAll(
  db: Database,
  query: { IndexName?: string; KeyConditionExpression: string; ConsistentRead?: boolean },
  names: Record<string, string>,
  values: Record<string, unknown>,
): Promise<ReturnType<typeof unmarshall>[]> {
  const items: ReturnType<typeof unmarshall>[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await db.client.send(
      new QueryCommand({
        TableName: db.connections,
        ...query,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: marshall(values),
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    items.push(...(page.Items ?? []).map((item) => unmarshall(item)));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}

/** The open connections in some of a room's shards, read consistently: one whose row was written is among them. */
export async function listShards(
  db: Database,
  room: string,
  shards: readonly number[],
  now: number,
): Promise<Connection[]> {
  const items = await Promise.all(
    shards.map((shard) =>
      queryAll(
        db,
        { KeyConditionExpression: '#room = :room', ConsistentRead: true },
        { '#room': 'room' },
        { ':room': shardKey(room, shard) },
      ),
    ),
  );
  return items
    .flat()
    .filter((item) => item['expiresAt'] * 1000 > now)
    .map(toConnection);
}

/** Some of a room's connections. */
export interface ConnectionSample {
  readonly connections: readonly Connection[];
  /** Whether the sample has all connections of the first shard. */
  readonly isComplete: boolean;
}

/**
 * Reads open connections of a room's first shard until `limit` of them are counted. Reads one page of `limit` items
 * first, which suffices if all of them are counted, then full pages.
 */
export async function sampleConnections(
  db: Database,
  room: string,
  { limit, isCounted }: { limit: number; isCounted: (connection: Connection) => boolean },
  now: number,
): Promise<ConnectionSample> {
  const rows: Connection[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await db.client.send(
      new QueryCommand({
        TableName: db.connections,
        KeyConditionExpression: '#room = :room',
        ExpressionAttributeNames: { '#room': 'room' },
        ExpressionAttributeValues: marshall({ ':room': shardKey(room, 0) }),
        ConsistentRead: true,
        ...(start ? { ExclusiveStartKey: start } : { Limit: limit }),
      }),
    );
    const open = Items.map((item) => unmarshall(item)).filter((item) => item['expiresAt'] * 1000 > now);
    rows.push(...open.map(toConnection));
    start = LastEvaluatedKey;
  } while (start && rows.filter(isCounted).length < limit);
  return { connections: rows, isComplete: start === undefined };
}

/** All of a room's open connections, read as `listShards` does. */
export const listConnections = (
  db: Database,
  { id, shards }: Pick<Room, 'id' | 'shards'>,
  now: number,
): Promise<Connection[]> =>
  listShards(
    db,
    id,
    Array.from({ length: shards }, (_, shard) => shard),
    now,
  );

/** Where a user's connection stands. The index lags behind the table, so a row written just now may be missing. */
export async function listPlaces(db: Database, user: string, connection: string): Promise<ConnectionPlace[]> {
  const items = await queryAll(
    db,
    { IndexName: 'by-user', KeyConditionExpression: '#user = :user AND #connection = :connection' },
    { '#user': 'user', '#connection': 'connection' },
    { ':user': user, ':connection': connection },
  );
  return items.map((item) => ({ ...parseShardKey(item['room']), id: connection }));
}
