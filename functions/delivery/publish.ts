import { allServed } from './settle-all.ts';
import { type Delivery, deliver, type Terms } from './deliver.ts';
import type { Connection, Session } from '../domain/connection.ts';
import { type Event, sentBefore } from '../domain/event.ts';
import { hears } from '../domain/inbox.ts';
import type { Status } from '../domain/message.ts';
import { statusFrom } from '../domain/receipt.ts';
import type { Room } from '../domain/room.ts';
import { listConnections } from '../store/connections.ts';
import { type Audience, audienceOf, withCaller } from './audience.ts';
import { chunksOf, DIRECT_POSTS } from './chunks.ts';
import { growRoom } from './grow-room.ts';
import { dropFull, type Leaving, prune } from './leave.ts';
import type { Parts, Share } from './context.ts';
import { tallyOf } from './delivery-stats.ts';

/**
 * Posts an event to an audience that one function can serve, and takes out the connections that are gone, or whose
 * token ran out, or whose clients take nothing any more. An audience may be older than a token that was renewed since:
 * such a connection gets the event.
 */
export async function post(
  event: Event,
  audience: readonly Connection[],
  parts: Leaving,
  terms: Terms = {},
): Promise<Delivery> {
  const first = await deliver(event, audience, parts, terms);
  const before = sentBefore(event);
  const clearing = allServed([prune(first, parts, before), dropFull(first, parts, before)]);
  const [renewed] = await clearing.catch((error: unknown) => {
    if (!terms.onFault) throw error;
    terms.onFault(error);
    return [[]];
  });
  if (renewed.length === 0) return first;
  const ids = new Set(renewed.map(({ id }) => id));
  const second = await deliver(event, renewed, parts, terms);
  return {
    taken: [...first.taken, ...second.taken],
    gone: [...first.gone, ...second.gone],
    expired: [...first.expired.filter(({ id }) => !ids.has(id)), ...second.expired],
    failed: [...first.failed, ...second.failed],
    full: [...first.full, ...second.full],
    ms: first.ms + second.ms,
  };
}

/** How far an event has come. */
export interface Published {
  /** Who took it of those whom this function posted to; of the others nothing is known here. */
  readonly taken: readonly Connection[];
  readonly audience: Audience;
}

const headOf = (event: Event, { id, shards, grown }: Room): Pick<Share, 'event' | 'room'> => ({
  event,
  room: { id, shards, ...(grown && { grown }) },
});

/** What those who are posted to from here make of a message, so that no `fanout` writes the same once more. */
const foreseenOf = (event: Event, direct: readonly Connection[]): Status =>
  event.kind === 'MessageSent' ? statusFrom(event.message.author.id, direct) : 'sent';

/**
 * Posts to whom this function serves itself, and hands those on who could not be posted to in its time: a fan-out has
 * longer. What is said of no message, as that somebody types, is not worth that.
 */
async function postDirect(
  event: Event,
  room: Room,
  audience: readonly Connection[],
  parts: Parts,
): Promise<Delivery> {
  const delivery = await post(event, audience, parts);
  parts.measure?.(tallyOf(delivery));
  if (sentBefore(event) === undefined) return delivery;
  const head = { ...headOf(event, room), foreseen: foreseenOf(event, delivery.taken) };
  await allServed(chunksOf(head, delivery.failed).map((share) => parts.fanOut(share)));
  return delivery;
}

/** Up to 250 connections are posted to from here, the others by `fanout` in chunks. */
async function publishToAll(
  event: Event,
  room: Room,
  caller: Session | undefined,
  parts: Parts,
): Promise<Published> {
  const listed = await listConnections(parts.db, room, parts.now());
  const everyone = withCaller(caller, listed);
  const to = everyone.filter((connection) => hears(connection, event));
  const direct = to.slice(0, DIRECT_POSTS);
  const head = { ...headOf(event, room), foreseen: foreseenOf(event, direct) };
  const [delivery] = await allServed([
    postDirect(event, room, direct, parts),
    ...chunksOf(head, to.slice(DIRECT_POSTS)).map((chunk) => parts.fanOut(chunk)),
    growRoom(room, listed, parts),
  ]);
  return { taken: delivery.taken, audience: async () => everyone };
}

/** The caller is posted to from here, and each shard by a `fanout` that reads it: none of them waits for a list of all. */
async function publishToShards(
  event: Event,
  room: Room,
  caller: Session | undefined,
  parts: Parts,
): Promise<Published> {
  const head = { ...headOf(event, room), ...(caller && { without: caller.id }) };
  const shards = Array.from({ length: room.shards }, (_, shard) => shard);
  const [delivery] = await allServed([
    postDirect(event, room, caller ? [caller] : [], parts),
    ...shards.map((shard) => parts.fanOut({ ...head, shard })),
  ]);
  return { taken: delivery.taken, audience: audienceOf(room, parts) };
}

/**
 * Posts an event to a room of any size.
 * @param room as it was when its number was taken, or read: its connections are read after that
 * @param caller the connection that caused the event: the echo is its acknowledgement
 */
export const publish = (
  event: Event,
  room: Room,
  caller: Session | undefined,
  parts: Parts,
): Promise<Published> => (room.shards > 1 ? publishToShards : publishToAll)(event, room, caller, parts);
