import { deliveryStatus, hears } from '../domain/audience.ts';
import type { Connection, Session } from '../domain/connection.ts';
import { type Event, seqBefore } from '../domain/event.ts';
import type { Status } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { listConnections } from '../store/connections.ts';
import { type Audience, audienceOf, withCaller } from './audience.ts';
import { chunksOf, DIRECT_POSTS } from './chunks.ts';
import type { Context, FanOutBatch } from './context.ts';
import { type Delivery, deliver, type Terms } from './deliver.ts';
import { statsOf } from './delivery-stats.ts';
import { growRoom } from './grow-room.ts';
import { dropFull, type PostingContext, prune } from './leave.ts';
import { settleAll } from './settle-all.ts';

/**
 * Posts an event to an audience that one function can serve, and takes out the connections that are gone, or whose
 * token ran out, or whose clients take nothing any more. An audience may be older than a token that was renewed since:
 * such a connection gets the event.
 */
export async function post(
  event: Event,
  audience: readonly Connection[],
  context: PostingContext,
  terms: Terms = {},
): Promise<Delivery> {
  const first = await deliver(event, audience, context, terms);
  const before = seqBefore(event);
  const clearing = settleAll([prune(first, context, before), dropFull(first, context, before)]);
  const [renewed] = await clearing.catch((error: unknown) => {
    if (!terms.onFault) throw error;
    terms.onFault(error);
    return [[]];
  });
  if (renewed.length === 0) return first;
  const ids = new Set(renewed.map(({ id }) => id));
  const second = await deliver(event, renewed, context, terms);
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

const headOf = (event: Event, { id, shards, grown }: Room): Pick<FanOutBatch, 'event' | 'room'> => ({
  event,
  room: { id, shards, ...(grown && { grown }) },
});

/** What those who are posted to from here make of a message, so that no `fanout` writes the same once more. */
const foreseenOf = (event: Event, direct: readonly Connection[]): Status =>
  event.kind === 'MessageSent' ? deliveryStatus(event.message.author.id, direct) : 'sent';

/**
 * Posts to whom this function serves itself, and hands those on who could not be posted to in its time: a fan-out has
 * longer. What is said of no message, as that somebody types, is not worth that.
 */
async function postDirect(
  event: Event,
  room: Room,
  audience: readonly Connection[],
  context: Context,
): Promise<Delivery> {
  const delivery = await post(event, audience, context);
  context.measure?.(statsOf(delivery));
  if (seqBefore(event) === undefined) return delivery;
  const head = { ...headOf(event, room), foreseen: foreseenOf(event, delivery.taken) };
  await settleAll(chunksOf(head, delivery.failed).map((share) => context.fanOut(share)));
  return delivery;
}

/** Up to 250 connections are posted to from here, the others by `fanout` in chunks. */
async function publishToAll(
  event: Event,
  room: Room,
  caller: Session | undefined,
  context: Context,
): Promise<Published> {
  const listed = await listConnections(context.db, room, context.now());
  const everyone = withCaller(caller, listed);
  const to = everyone.filter((connection) => hears(connection, event));
  const direct = to.slice(0, DIRECT_POSTS);
  const head = { ...headOf(event, room), foreseen: foreseenOf(event, direct) };
  const [delivery] = await settleAll([
    postDirect(event, room, direct, context),
    ...chunksOf(head, to.slice(DIRECT_POSTS)).map((chunk) => context.fanOut(chunk)),
    growRoom(room, listed, context),
  ]);
  return { taken: delivery.taken, audience: async () => everyone };
}

/** The caller is posted to from here, and each shard by a `fanout` that reads it: none of them waits for a list of all. */
async function publishToShards(
  event: Event,
  room: Room,
  caller: Session | undefined,
  context: Context,
): Promise<Published> {
  const head = { ...headOf(event, room), ...(caller && { without: caller.id }) };
  const shards = Array.from({ length: room.shards }, (_, shard) => shard);
  const [delivery] = await settleAll([
    postDirect(event, room, caller ? [caller] : [], context),
    ...shards.map((shard) => context.fanOut({ ...head, shard })),
  ]);
  return { taken: delivery.taken, audience: audienceOf(room, context) };
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
  context: Context,
): Promise<Published> => (room.shards > 1 ? publishToShards : publishToAll)(event, room, caller, context);
