import { deliveryStatus } from '../domain/audience.ts';
import type { Connection, Session } from '../domain/connection.ts';
import { type Event, seqBefore } from '../domain/event.ts';
import type { Status } from '../domain/message.ts';
import { type Room, settling, shardsFor } from '../domain/room.ts';
import { listConnections } from '../store/connections.ts';
import { growShards } from '../store/shards.ts';
import { type Audience, audienceOf, receiversOf } from './audience.ts';
import { settleAll } from './concurrency.ts';
import type { Context, FanOutBatch } from './context.ts';
import { type Delivery, statsOf } from './deliver.ts';
import { postToReceivers } from './post.ts';

/** How many connections one function posts to directly; also the size of a batch. */
export const BATCH_SIZE = 250;

/**
 * Maximum size of a batch in bytes of JSON. An asynchronous invocation takes 1 MB (AWS: Lambda quotas). Lambda wraps a
 * batch that keeps failing into a larger message for the failures queue, which takes 1 MB as well.
 */
export const MAX_BATCH_BYTES = 800_000;

const byteLength = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Splits receivers into batches of at most `BATCH_SIZE` connections and `MAX_BATCH_BYTES` bytes. */
function batchesOf(
  common: Pick<FanOutBatch, 'event' | 'room'> & { readonly expectedStatus: Status },
  receivers: readonly Connection[],
): FanOutBatch[] {
  const capacity = MAX_BATCH_BYTES - byteLength(common);
  const batches: Connection[][] = [];
  let free = 0;
  for (const connection of receivers) {
    const bytes = byteLength(connection) + 1;
    const last = batches.at(-1);
    if (last && last.length < BATCH_SIZE && bytes <= free) {
      last.push(connection);
      free -= bytes;
    } else {
      batches.push([connection]);
      free = capacity - bytes;
    }
  }
  return batches.map((audience) => ({ ...common, audience }));
}

/**
 * Adds shards to a room if one of its shards has more connections than one fan-out should post to. An error does not
 * stop delivery: it goes to `onFault`, and the next message tries again.
 */
export async function growRoom(
  room: Pick<Room, 'id' | 'shards' | 'grown'>,
  inShard: readonly Connection[],
  { db, now, onFault }: Pick<Context, 'db' | 'now' | 'onFault'>,
): Promise<void> {
  const shards = shardsFor(inShard.length, room.shards);
  if (shards === room.shards || settling(room, now())) return;
  await growShards(db, room, shards, now()).catch((error: unknown) => onFault?.(error));
}

export interface Published {
  /** The connections that got the event from this function. The result of other posts is not known here. */
  readonly delivered: readonly Connection[];
  readonly audience: Audience;
}

const commonFields = (event: Event, { id, shards, grown }: Room): Pick<FanOutBatch, 'event' | 'room'> => ({
  event,
  room: { id, shards, ...(grown && { grown }) },
});

/** Returns the status that direct posts give a message. A `fanout` that reaches no higher status need not store it. */
const expectedStatus = (event: Event, direct: readonly Connection[]): Status =>
  event.kind === 'MessageSent' ? deliveryStatus(event.message.author.id, direct) : 'sent';

/**
 * Posts directly, and hands connections whose posts failed to `fanout`, which has a larger budget. Events without a
 * sequence number, such as typing, are not worth that.
 */
async function postDirect(
  event: Event,
  room: Room,
  receivers: readonly Connection[],
  context: Context,
): Promise<Delivery> {
  const delivery = await postToReceivers(event, receivers, context);
  context.measure?.(statsOf(delivery));
  if (seqBefore(event) === undefined) return delivery;
  const common = {
    ...commonFields(event, room),
    expectedStatus: expectedStatus(event, delivery.delivered),
  };
  await settleAll(batchesOf(common, delivery.failed).map((batch) => context.fanOut(batch)));
  return delivery;
}

/** Posts to the first `BATCH_SIZE` receivers directly and to the others through `fanout`. */
async function publishToAll(
  event: Event,
  room: Room,
  caller: Session | undefined,
  context: Context,
): Promise<Published> {
  const listed = await listConnections(context.db, room, context.now());
  // The caller comes first, because the echo is its acknowledgement.
  const audience = caller ? [caller, ...listed.filter(({ id }) => id !== caller.id)] : listed;
  const receivers = receiversOf(event, audience);
  const direct = receivers.slice(0, BATCH_SIZE);
  const common = { ...commonFields(event, room), expectedStatus: expectedStatus(event, direct) };
  const [{ delivered }] = await settleAll([
    postDirect(event, room, direct, context),
    ...batchesOf(common, receivers.slice(BATCH_SIZE)).map((batch) => context.fanOut(batch)),
    growRoom(room, listed, context),
  ]);
  return { delivered, audience: async () => audience };
}

/** Posts to the caller directly and to each shard through `fanout`, so that no function has to list the whole room. */
async function publishToShards(
  event: Event,
  room: Room,
  caller: Session | undefined,
  context: Context,
): Promise<Published> {
  const common = { ...commonFields(event, room), ...(caller && { except: caller.id }) };
  const shards = Array.from({ length: room.shards }, (_, shard) => shard);
  const [{ delivered }] = await settleAll([
    postDirect(event, room, caller ? receiversOf(event, [caller]) : [], context),
    ...shards.map((shard) => context.fanOut({ ...common, shard })),
  ]);
  return { delivered, audience: audienceOf(room, context) };
}

/**
 * Publishes an event to a room of any size.
 * @param room as read, or as updated by taking the sequence number: its connections must be listed after that
 * @param caller the connection that caused the event
 */
export const publish = (
  event: Event,
  room: Room,
  caller: Session | undefined,
  context: Context,
): Promise<Published> => (room.shards > 1 ? publishToShards : publishToAll)(event, room, caller, context);
