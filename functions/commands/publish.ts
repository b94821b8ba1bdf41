import { type Delivery, deliver } from '../broadcast/deliver.ts';
import type { Connection, Session } from '../domain/connection.ts';
import { type Event, sentBefore } from '../domain/event.ts';
import { hears } from '../domain/inbox.ts';
import type { Room } from '../domain/room.ts';
import { listConnections } from '../store/connections.ts';
import { type Leaving, prune } from './leave.ts';
import type { FanoutChunk, Parts } from './parts.ts';

/** Up to this many connections the function that has an event posts it itself; the rest goes to `fanout` in such chunks. */
const DIRECT_POSTS = 250;

/** Whom a room's events are posted to: its open connections. Those whose token ran out learn that instead. */
export const listAudience = (
  room: Pick<Room, 'id' | 'shards'>,
  { db, now }: Pick<Leaving, 'db' | 'now'>,
): Promise<readonly Connection[]> => listConnections(db, room, now());

/** An audience with the connection that caused the event in it, and at its head: the echo is its acknowledgement. */
export function withCaller(caller: Session, audience: readonly Connection[]): readonly Connection[] {
  return [caller, ...audience.filter((connection) => connection.id !== caller.id)];
}

/**
 * Posts an event to an audience that one function can serve, and takes out the connections that are gone, or whose
 * token ran out. An audience may be older than a token that was renewed since: such a connection gets the event.
 */
export async function post(event: Event, audience: readonly Connection[], parts: Leaving): Promise<Delivery> {
  const first = await deliver(event, audience, parts);
  const renewed = await prune(first, parts, sentBefore(event));
  if (renewed.length === 0) return first;
  const ids = new Set(renewed.map(({ id }) => id));
  const second = await deliver(event, renewed, parts);
  return {
    taken: [...first.taken, ...second.taken],
    gone: [...first.gone, ...second.gone],
    expired: [...first.expired.filter(({ id }) => !ids.has(id)), ...second.expired],
  };
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
