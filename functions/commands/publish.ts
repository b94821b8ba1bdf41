import { type Delivery, deliver } from '../broadcast/deliver.ts';
import { authentic, type Connection, opening, type Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { hears } from '../domain/inbox.ts';
import type { Room } from '../domain/room.ts';
import { listConnections } from '../store/connections.ts';
import { type Leaving, leave } from './leave.ts';
import type { FanoutChunk, Parts } from './parts.ts';

/** Up to this many connections the function that has an event posts it itself; the rest goes to `fanout` in such chunks. */
const DIRECT_POSTS = 250;

/** A connection whose token ran out gets nothing more. */
async function end(connection: Connection, parts: Leaving): Promise<void> {
  await parts.poster.close(connection.id);
  await leave(connection, parts);
}

/** Whoever may hear what happens in a room: its connections with a token that still counts. */
export async function listAudience(
  room: Pick<Room, 'id' | 'shards'>,
  parts: Leaving,
): Promise<readonly Connection[]> {
  const now = parts.now();
  const connections = await listConnections(parts.db, room, now);
  const expired = connections.filter((connection) => !authentic(connection, now));
  await Promise.all(expired.map((connection) => end(connection, parts)));
  return connections.filter((connection) => authentic(connection, now));
}

/** An audience with the connection that caused the event in it, and at its head: the echo is its acknowledgement. */
export function withCaller(caller: Session, audience: readonly Connection[]): readonly Connection[] {
  return [caller, ...audience.filter((connection) => connection.id !== caller.id)];
}

/**
 * Posts an event to an audience that one function can serve, and removes the connections that are gone, but for those
 * that may be opening: they answer as if they were gone, and their welcome brings them what they miss.
 */
export async function post(event: Event, audience: readonly Connection[], parts: Leaving): Promise<Delivery> {
  const delivery = await deliver(event, audience, parts.poster);
  const now = parts.now();
  const ended = delivery.gone.filter((connection) => !opening(connection, now));
  await Promise.all(ended.map((connection) => leave(connection, parts)));
  return delivery;
}

function chunksOf(event: Event, audience: readonly Connection[]): FanoutChunk[] {
  const count = Math.ceil(audience.length / DIRECT_POSTS);
  return Array.from({ length: count }, (_, index) => ({
    event,
    audience: audience.slice(index * DIRECT_POSTS, (index + 1) * DIRECT_POSTS),
  }));
}

/**
 * Posts an event to an audience of any size.
 * @returns who took it of the first 250; of the others nothing is known yet
 */
export async function publish(
  event: Event,
  to: readonly Connection[],
  parts: Parts,
): Promise<readonly Connection[]> {
  const audience = to.filter((connection) => hears(connection, event));
  const [delivery] = await Promise.all([
    post(event, audience.slice(0, DIRECT_POSTS), parts),
    ...chunksOf(event, audience.slice(DIRECT_POSTS)).map((chunk) => parts.fanOut(chunk)),
  ]);
  return delivery.taken;
}
