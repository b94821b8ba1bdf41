import { isBlocked } from '../domain/block.ts';
import {
  type Connection,
  hasValidToken,
  isPresence,
  MAX_ANNOUNCED_CONNECTIONS,
  receivesPresence,
} from '../domain/connection.ts';
import { isSameActor } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import { getConnections, sampleConnections } from '../store/connections.ts';
import { listOpenConnections } from '../store/profiles.ts';
import { placesOf } from '../store/shards.ts';
import { type Context, isoTime } from './context.ts';
import { deliver } from './deliver.ts';

/**
 * Announces to the other users in a room that a user came online or went offline, except to those whom the user has
 * blocked. Does nothing in a large room.
 * @param at when the user did so, in milliseconds since the epoch. The frames of two functions may arrive in any order:
 * clients ignore the one with the earlier time. So a connection that closes at once must get an `at` from before its
 * socket was known to be open, and one that has closed an `at` from before its user's other connections were read
 */
export async function announcePresence(
  { room, user, blocked }: Pick<Connection, 'room' | 'user' | 'blocked'>,
  online: boolean,
  present: readonly Connection[],
  at: number,
  context: Pick<Context, 'poster' | 'now'>,
): Promise<void> {
  if (present.length > MAX_ANNOUNCED_CONNECTIONS) return;
  const presence = { user: user.id, online, lastSeen: isoTime(at) };
  const others = present.filter(
    (connection) =>
      receivesPresence(connection) &&
      !isSameActor(connection.user, user) &&
      !isBlocked(blocked, connection.user),
  );
  await deliver({ kind: 'PresenceChanged', room, presence }, others, context);
}

export interface RoomSample {
  /** Whether the room has more connections than `MAX_ANNOUNCED_CONNECTIONS`, so that presence is not announced. */
  readonly isLarge: boolean;
  /** All connections of the room, if the sample covered all of them. */
  readonly connections?: readonly Connection[];
}

/**
 * Samples a room's connections to find out whether the room is large. Otherwise each client that comes or goes would
 * read all connections of a large room only to learn that its presence is not announced.
 */
export async function sampleRoom(
  { id, shards }: Pick<Room, 'id' | 'shards'>,
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<RoomSample> {
  const isCounted = (connection: Connection) => isPresence(connection) && hasValidToken(connection, now());
  const limit = MAX_ANNOUNCED_CONNECTIONS + 1;
  const { connections, isComplete } = await sampleConnections(db, id, { limit, isCounted }, now());
  const isLarge = connections.filter(isCounted).length > MAX_ANNOUNCED_CONNECTIONS;
  return { isLarge, ...(isComplete && shards === 1 && { connections }) };
}

/** More devices than a user has. A bot with more open connections has its oldest ones ignored. */
const MAX_DEVICES = 20;

/** Returns a user's connections in some rooms, without reading the connections of other users. */
export async function userConnections(
  user: string,
  rooms: readonly Pick<Room, 'id' | 'shards'>[],
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<readonly Connection[]> {
  const ids = (await listOpenConnections(db, user, now())).slice(0, MAX_DEVICES);
  return getConnections(
    db,
    rooms.flatMap((room) => ids.flatMap((id) => placesOf(id, room))),
  );
}
