import { deliveryStatus, MAX_RECEIPT_AUDIENCE } from '../domain/audience.ts';
import type { Connection } from '../domain/connection.ts';
import { isStatusBelow } from '../domain/message.ts';
import { listShards } from '../store/connections.ts';
import { shardOf } from '../store/keys.ts';
import { shardsBehind } from '../store/shards.ts';
import { audienceOf } from './audience.ts';
import type { Context, FanOutBatch } from './context.ts';
import { FANOUT_BUDGET } from './deliver.ts';
import { statsOf } from './delivery-stats.ts';
import { growRoom } from './grow-room.ts';
import type { PostingContext } from './leave.ts';
import { post } from './publish.ts';
import { acknowledge } from './receipts.ts';
import { userConnections } from './user-connections.ts';

/** Those of a room who belong to a shard, wherever the count of their time has placed them. */
async function inShard(
  shard: number,
  { id, ...room }: FanOutBatch['room'],
  { db, now }: PostingContext,
): Promise<Connection[]> {
  const rows = await listShards(db, id, shardsBehind(shard, room, now()), now());
  return rows.filter((connection) => shardOf(connection.id, room.shards) === shard);
}

/** Whoever finds that somebody else has got a message marks it, and tells its author; of many who do, the first. */
async function acknowledgeBatch(
  share: FanOutBatch,
  taken: readonly Connection[],
  context: PostingContext,
): Promise<void> {
  const { event, room } = share;
  if (event.kind !== 'MessageSent') return;
  const author = event.message.author.id;
  const status = deliveryStatus(author, taken);
  const noted = 'foreseen' in share ? share.foreseen : 'sent';
  if (!isStatusBelow({ status: noted }, status)) return;
  // Those who follow the receipts of so large a room are its author alone: no need to read all of it for them.
  const large = taken.length > MAX_RECEIPT_AUDIENCE;
  const followers = large ? () => userConnections(author, [room], context) : audienceOf(room, context);
  await acknowledge(event.message, status, followers, context);
}

/**
 * Posts a share of a large audience. It may be run again, when its function was ended or reported a fault: who got the
 * event then gets it once more, which its number tells.
 * @param onFault hears why one of them could not be posted to, or taken out, or a receipt not be noted: that is no reason
 * to post to all of them again
 * @throws why nobody could be posted to, such as a missing grant
 */
export async function fanOut(
  share: FanOutBatch,
  context: PostingContext & Pick<Context, 'measure'>,
  onFault: (error: unknown) => void,
): Promise<void> {
  const listed = 'shard' in share ? await inShard(share.shard, share.room, context) : undefined;
  const to = 'shard' in share ? (listed ?? []).filter(({ id }) => id !== share.without) : share.audience;
  const faults: unknown[] = [];
  const terms = { budget: FANOUT_BUDGET, onFault: (error: unknown) => void faults.push(error) };
  const delivery = await post(share.event, to, context, terms);
  context.measure?.(statsOf(delivery));
  if (faults.length > 0 && delivery.taken.length === 0) throw faults[0];
  if (faults.length > 0) onFault(faults[0]);
  await Promise.all([
    acknowledgeBatch(share, delivery.taken, context).catch(onFault),
    listed && growRoom(share.room, listed, { ...context, onFault }),
  ]);
}
