import { deliveryStatus, MAX_RECEIPT_AUDIENCE } from '../domain/audience.ts';
import type { Connection } from '../domain/connection.ts';
import { type Actor, isSameActor } from '../domain/member.ts';
import { isStatusBelow } from '../domain/message.ts';
import { listShards } from '../store/connections.ts';
import { shardOf } from '../store/keys.ts';
import { shardsBehind } from '../store/shards.ts';
import type { Context, FanOutBatch, PostingContext } from './context.ts';
import { FANOUT_BUDGET, statsOf } from './deliver.ts';
import { userConnections } from './presence.ts';
import { audienceOf, growRoom, postToReceivers, receiversOf } from './publish.ts';
import { acknowledge } from './receipts.ts';

/** Returns a shard's connections, including those that were placed in another shard when the room had fewer. */
async function shardConnections(
  shard: number,
  { id, ...room }: FanOutBatch['room'],
  { db, now }: PostingContext,
): Promise<Connection[]> {
  const listed = await listShards(db, id, shardsBehind(shard, room, now()), now());
  return listed.filter((connection) => shardOf(connection.id, room.shards) === shard);
}

/** Returns a user's connections in a room. A guest who claims that user's id has none of them. */
async function connectionsOf(
  author: Actor,
  room: FanOutBatch['room'],
  context: PostingContext,
): Promise<readonly Connection[]> {
  const connections = await userConnections(author.id, [room], context);
  return connections.filter(({ user }) => isSameActor(user, author));
}

/** Acknowledges a message for a batch. Of several batches that reach the same status, the first one posts receipts. */
async function acknowledgeBatch(
  batch: FanOutBatch,
  delivered: readonly Connection[],
  context: PostingContext,
): Promise<void> {
  const { event, room } = batch;
  if (event.kind !== 'MessageSent') return;
  const { author } = event.message;
  const status = deliveryStatus(author, delivered);
  const expected = 'expectedStatus' in batch ? batch.expectedStatus : 'sent';
  if (!isStatusBelow({ status: expected }, status)) return;
  // In a large room only the author gets receipts, so do not read the whole room.
  const isLarge = delivered.length > MAX_RECEIPT_AUDIENCE;
  const audience = isLarge ? () => connectionsOf(author, room, context) : audienceOf(room, context);
  await acknowledge([event.message], status, audience, context);
}

/**
 * Posts a batch of a large audience. After a timeout or an error Lambda runs the same batch again; clients recognize
 * an event that they already got by its sequence number.
 * @param onFault called if some posts, the cleanup or a receipt fail. Lambda then does not run the batch again
 * @throws the first error if no post succeeded, such as a missing grant
 */
export async function fanOut(
  batch: FanOutBatch,
  context: PostingContext & Pick<Context, 'measure'>,
  onFault: (error: unknown) => void,
): Promise<void> {
  const { event, room } = batch;
  const inShard = 'shard' in batch ? await shardConnections(batch.shard, room, context) : undefined;
  const receivers =
    'shard' in batch
      ? receiversOf(event, inShard ?? []).filter(({ id }) => id !== batch.except)
      : batch.audience;
  const faults: unknown[] = [];
  const options = { budget: FANOUT_BUDGET, onFault: (error: unknown) => void faults.push(error) };
  const delivery = await postToReceivers(event, receivers, context, options);
  context.measure?.(statsOf(delivery));
  if (faults.length > 0 && delivery.delivered.length === 0) throw faults[0];
  if (faults.length > 0) onFault(faults[0]);
  await Promise.all([
    acknowledgeBatch(batch, delivery.delivered, context).catch(onFault),
    inShard && growRoom(room, inShard, { ...context, onFault }),
  ]);
}
