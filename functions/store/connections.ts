import type { BlockList } from '../domain/block.ts';
import { type Connection, connectedUser, type Reads } from '../domain/connection.ts';
import type { Room } from '../domain/room.ts';
import { type Cursor, type Database, type Item, queryAll } from './database.ts';
import { connectionKey, parseShardKey, shardKey } from './keys.ts';

/** API Gateway ends a connection after 2 hours (AWS: quotas for WebSocket APIs). Its row lives ten minutes longer. */
const CONNECTION_LIFE_MS = (2 * 60 + 10) * 60 * 1000;

/** The place of a connection's row in a room. */
export type ConnectionPlace = Pick<Connection, 'room' | 'shard' | 'id'>;

/** Returns the time from which a connection cannot be open any more, in seconds since the epoch. */
export const connectionExpiry = (connection: Pick<Connection, 'connectedAt'>): number =>
  Math.floor((connection.connectedAt + CONNECTION_LIFE_MS) / 1000);

/** Returns when a connection was opened, to the second, from its expiry. */
export const openedAt = (expirySeconds: number): number => expirySeconds * 1000 - CONNECTION_LIFE_MS;

const keyOf = ({ room, shard, id }: ConnectionPlace) => connectionKey(room, shard, id);

/** Returns the fields with a value. */
const present = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

export function toConnection(item: Item): Connection {
  const { room, connection: id, user, username, email, userType = '', guest, ...rest } = item;
  const { dialect, reads, receipts, changes, connectedAt, tokenExpiresAt } = rest;
  const { via, joinedAt, home, blocked } = rest;
  return {
    id,
    ...parseShardKey(room),
    user: connectedUser({ id, user: { id: user, username, email, userType, ...(guest && { guest }) } }),
    dialect,
    reads,
    connectedAt,
    tokenExpiresAt,
    ...present({ receipts, changes, via, joinedAt, home, blocked }),
  };
}

/** Returns the row of a connection. */
export function toItem(connection: Connection): Item {
  const { user, dialect, reads, receipts, changes, connectedAt, tokenExpiresAt } = connection;
  const { via, joinedAt, home, blocked } = connection;
  return {
    ...keyOf(connection),
    user: user.id,
    username: user.username,
    email: user.email,
    userType: user.userType,
    dialect,
    reads,
    connectedAt,
    tokenExpiresAt,
    expiresAt: connectionExpiry(connection),
    ...present({ receipts, changes, guest: user.guest, via, joinedAt, home, blocked }),
  };
}

export async function putConnection(db: Database, connection: Connection): Promise<void> {
  await db.connections.put(toItem(connection));
}

/** Adds the row of a connection that joined a room. Returns false and keeps the row when it had joined before. */
export const putJoined = (db: Database, connection: Connection): Promise<boolean> =>
  db.connections.put(toItem(connection), {
    condition: 'attribute_not_exists(#connection) OR #via = :inbox',
    values: { ':inbox': 'inbox' },
  });

/** Adds a room to an inbox. Returns false when the connection has a row in the room. */
export const putInInbox = (db: Database, connection: Connection): Promise<boolean> =>
  db.connections.put(toItem(connection), { condition: 'attribute_not_exists(#connection)' });

/** Returns a connection's row, read consistently. */
export async function getConnection(db: Database, place: ConnectionPlace): Promise<Connection | undefined> {
  const item = await db.connections.get(keyOf(place));
  return item && toConnection(item);
}

/**
 * Stores the users whom a connection's user has blocked, unless the row has a newer list or does not exist.
 * @returns the row if it was stored
 */
export async function putBlocked(
  db: Database,
  place: ConnectionPlace,
  blocked: BlockList,
): Promise<Connection | undefined> {
  const item = await db.connections.update(keyOf(place), {
    update: 'SET blocked = :blocked',
    condition:
      'attribute_exists(#connection) AND (attribute_not_exists(blocked) OR blocked.#revision < :revision)',
    values: { ':blocked': blocked, ':revision': blocked.revision },
    returns: 'ALL_NEW',
  });
  return item && toConnection(item);
}

/**
 * Notes in the row of an opening connection that the connection missed a change, so that `welcome` posts the change.
 */
export async function noteMissed(db: Database, place: ConnectionPlace, seq: number): Promise<void> {
  await db.connections.update(keyOf(place), {
    update: 'ADD missed :seq',
    condition: 'attribute_exists(#connection)',
    values: { ':seq': new Set([seq]) },
  });
}

/**
 * Returns the sequence numbers of the changes that `noteMissed` noted for a connection, read consistently; undefined
 * when there is no row.
 */
export async function getMissed(
  db: Database,
  place: ConnectionPlace,
): Promise<ReadonlySet<number> | undefined> {
  const item = await db.connections.get(keyOf(place));
  return item && (item['missed'] ?? new Set());
}

/** Reads rows consistently. Returns the existing ones, in any order. No place may be named twice. */
export async function getConnections(
  db: Database,
  places: readonly ConnectionPlace[],
): Promise<Connection[]> {
  const items = await db.connections.batchGet(places.map(keyOf), { consistent: true });
  return items.map(toConnection);
}

/** Deletes a connection's row, and returns it. Returns undefined if there was none. */
export async function deleteConnection(
  db: Database,
  place: ConnectionPlace,
): Promise<Connection | undefined> {
  const item = await db.connections.remove(keyOf(place));
  return item && toConnection(item);
}

/** Deletes the row of a connection that joined a room, and returns it. Returns undefined if it had not joined. */
export async function deleteJoined(db: Database, place: ConnectionPlace): Promise<Connection | undefined> {
  const values = { ':joined': 'joined' };
  const item = await db.connections.remove(keyOf(place), { condition: '#via = :joined', values });
  return item && toConnection(item);
}

/** Turns a joined room back into a room of the inbox. @returns the row before; undefined when it had not joined */
export async function returnToInbox(
  db: Database,
  place: ConnectionPlace,
  reads: Reads,
): Promise<Connection | undefined> {
  const item = await db.connections.update(keyOf(place), {
    update: 'SET #via = :inbox, #reads = :reads REMOVE joinedAt',
    condition: '#via = :joined',
    values: { ':joined': 'joined', ':inbox': 'inbox', ':reads': reads },
    returns: 'ALL_OLD',
  });
  return item && toConnection(item);
}

/**
 * Moves the token expiry in one of a connection's rows forward; it never moves back.
 * @param to milliseconds since the epoch
 * @returns the expiry in the row; undefined when there is no row
 */
export async function raiseTokenExpiry(
  db: Database,
  place: ConnectionPlace,
  to: number,
): Promise<number | undefined> {
  const raised = await db.connections.update(keyOf(place), {
    update: 'SET tokenExpiresAt = :to',
    condition: 'tokenExpiresAt < :to',
    values: { ':to': to },
  });
  return raised ? to : (await getConnection(db, place))?.tokenExpiresAt;
}

/**
 * Deletes a connection's row if its token expired before `by` (milliseconds since the epoch). It is one atomic step,
 * so that a token renewed meanwhile keeps its connection.
 * @returns the deleted row as `expired`, or the row with the renewed token; neither when there was no row
 */
export async function deleteExpired(
  db: Database,
  place: ConnectionPlace,
  by: number,
): Promise<{ readonly expired?: Connection; readonly renewed?: Connection }> {
  const condition = { condition: 'tokenExpiresAt < :by', values: { ':by': by } };
  const item = await db.connections.remove(keyOf(place), condition);
  if (item) return { expired: toConnection(item) };
  const renewed = await getConnection(db, place);
  return renewed ? { renewed } : {};
}

const shardQuery = (room: string, shard: number) =>
  ({ where: '#room = :room', values: { ':room': shardKey(room, shard) }, consistent: true }) as const;

const openOf = (items: readonly Item[], now: number): Connection[] =>
  items.filter((item) => item['expiresAt'] * 1000 > now).map(toConnection);

/** Returns the open connections in some of a room's shards, read consistently. */
export async function listShards(
  db: Database,
  room: string,
  shards: readonly number[],
  now: number,
): Promise<Connection[]> {
  const pages = await Promise.all(shards.map((shard) => queryAll(db.connections, shardQuery(room, shard))));
  return pages.flatMap(({ items }) => openOf(items, now));
}

/** Returns all open connections of a room, read consistently. */
export const listConnections = (
  db: Database,
  { id, shards }: Pick<Room, 'id' | 'shards'>,
  now: number,
): Promise<Connection[]> => listShards(db, id, [...Array(shards).keys()], now);

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
  const connections: Connection[] = [];
  let start: Cursor | undefined;
  do {
    const { items, next } = await db.connections.query({
      ...shardQuery(room, 0),
      ...(start ? { start } : { limit }),
    });
    connections.push(...openOf(items, now));
    start = next;
  } while (start && connections.filter(isCounted).length < limit);
  return { connections, isComplete: start === undefined };
}

/** Returns the places of all rows of a user's connection. The index is eventually consistent. */
export async function listPlaces(db: Database, user: string, connection: string): Promise<ConnectionPlace[]> {
  const { items } = await queryAll(db.connections, {
    index: 'by-user',
    where: '#user = :user AND #connection = :connection',
    values: { ':user': user, ':connection': connection },
  });
  return items.map((item) => ({ ...parseShardKey(item['room']), id: connection }));
}

/** Returns the places of all rows of a user's connections. The index is eventually consistent. */
export async function listAllPlaces(db: Database, user: string): Promise<ConnectionPlace[]> {
  const { items } = await queryAll(db.connections, {
    index: 'by-user',
    where: '#user = :user',
    values: { ':user': user },
  });
  return items.map((item) => ({ ...parseShardKey(item['room']), id: item['connection'] }));
}

/** Returns the ids of a user's connections. The index is eventually consistent. */
export async function listConnectionIds(db: Database, user: string): Promise<ReadonlySet<string>> {
  return new Set((await listAllPlaces(db, user)).map(({ id }) => id));
}
