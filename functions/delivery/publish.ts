import { deliveryStatus, receivesEvent } from '../domain/audience.ts';
import { excludedFrom, isAboutHidden, isBlocked } from '../domain/block.ts';
import { type Connection, mayBeOpening, type Session } from '../domain/connection.ts';
import { type Event, eventSeq, isLogged, seqBefore } from '../domain/event.ts';
import type { Status } from '../domain/message.ts';
import { type Room, settling, shardsFor } from '../domain/room.ts';
import { listConnections, noteMissed } from '../store/connections.ts';
import { growShards } from '../store/shards.ts';
import { settleAll } from './concurrency.ts';
import type { Context, FanOutBatch, PostingContext } from './context.ts';
import { type Delivery, type DeliveryOptions, deliver, statsOf } from './deliver.ts';
import { removeStale } from './remove-connections.ts';

/** Loads the connections of a room when they are first needed, and only once. */
export type Audience = () => Promise<readonly Connection[]>;

/** Returns a room's audience, including connections with an expired token: `post` expires those. */
export function audienceOf(
  room: Pick<Room, 'id' | 'shards'>,
  { db, now }: Pick<PostingContext, 'db' | 'now'>,
): Audience {
  let connections: Promise<readonly Connection[]> | undefined;
  return () => {
    connections ??= listConnections(db, room, now());
    return connections;
  };
}

/** Returns the connections that receive an event. An inbox receives only some of a room's events. */
export function receiversOf(event: Event, audience: readonly Connection[]): readonly Connection[] {
  const excluded = excludedFrom(event, audience);
  return audience.filter(
    (connection) => receivesEvent(connection, event) && !isBlocked(excluded, connection.user),
  );
}

/**
 * Notes a change in the rows of those connections that missed it because they were still opening.
 * @returns these connections. Post the change to them again: a connection that is still not open opens later, and
 * `welcome` then reads its row
 */
async function noteOpening(
  event: Event,
  gone: readonly Connection[],
  { db, now }: PostingContext,
): Promise<readonly Connection[]> {
  if (!isLogged(event)) return [];
  const opening = gone.filter((each) => each.via === undefined && mayBeOpening(each, now()));
  await settleAll(opening.map((each) => noteMissed(db, each, eventSeq(event))));
  return opening;
}

/**
 * Delivers an event to receivers that are already filtered, then removes stale connections. Delivers the event again to
 * connections whose token was renewed since the receivers were listed, and to connections that were still opening.
 */
export async function postToReceivers(
  event: Event,
  receivers: readonly Connection[],
  context: PostingContext,
  options: DeliveryOptions = {},
): Promise<Delivery> {
  const first = await deliver(event, receivers, context, options);
  const recover = (error: unknown): readonly Connection[] => {
    if (!options.onFault) throw error;
    options.onFault(error);
    return [];
  };
  const repeats = await settleAll([
    removeStale(first, context, seqBefore(event)).catch(recover),
    noteOpening(event, first.gone, context).catch(recover),
  ]);
  const again = repeats.flat();
  if (again.length === 0) return first;
  const ids = new Set(again.map(({ id }) => id));
  const second = await deliver(event, again, context, options);
  return {
    delivered: [...first.delivered, ...second.delivered],
    gone: [...first.gone.filter(({ id }) => !ids.has(id)), ...second.gone],
    expired: [...first.expired.filter(({ id }) => !ids.has(id)), ...second.expired],
    failed: [...first.failed, ...second.failed],
    unresponsive: [...first.unresponsive, ...second.unresponsive],
    ms: first.ms + second.ms,
  };
}

/** Posts an event to those connections of an audience that receive it, and cleans up stale connections. */
export const post = (
  event: Event,
  audience: readonly Connection[],
  context: PostingContext,
): Promise<Delivery> => postToReceivers(event, receiversOf(event, audience), context);

/** How many connections one function posts to directly; also the size of a batch. */
const BATCH_SIZE = 250;

/**
 * Maximum size of a batch in bytes of JSON. An asynchronous invocation and a message of the failures queue take 1 MB
 * (AWS: Lambda and SQS quotas), and Lambda adds fields to a batch that it sends to the queue.
 */
export const MAX_BATCH_BYTES = 800_000;

const byteLength = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Returns a receiver for a batch. A long list of blocked users is left out, unless it hides the event's message. */
function slim({ blocked, ...receiver }: Connection, event: Event): Connection {
  if (!blocked || !('message' in event)) return receiver;
  const isHidden = isAboutHidden({ user: receiver.user, blocked }, event);
  return { ...receiver, ...(isHidden && { blocked: { ...blocked, users: [event.message.author.id] } }) };
}

/** Splits receivers into batches of at most `BATCH_SIZE` connections and `MAX_BATCH_BYTES` bytes. */
function batchesOf(
  common: Pick<FanOutBatch, 'event' | 'room'> & { readonly expectedStatus: Status },
  receivers: readonly Connection[],
): FanOutBatch[] {
  const capacity = MAX_BATCH_BYTES - byteLength(common);
  const batches: Connection[][] = [];
  let free = 0;
  for (const receiver of receivers) {
    const connection = slim(receiver, common.event);
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

/** Adds shards to a room if a shard is too large for one fan-out. If that fails, the next message tries again. */
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

/** Returns the status that direct posts give a message. A `fanout` stores only a higher status. */
const expectedStatus = (event: Event, direct: readonly Connection[]): Status =>
  event.kind === 'MessageSent' ? deliveryStatus(event.message.author, direct) : 'sent';

/**
 * Posts directly, and hands connections whose posts failed to `fanout`, which has a larger budget. Events without a
 * sequence number, such as typing, are not handed on.
 */
async function postDirect(
  common: Pick<FanOutBatch, 'event' | 'room'>,
  receivers: readonly Connection[],
  context: Context,
): Promise<readonly Connection[]> {
  const { event } = common;
  const delivery = await postToReceivers(event, receivers, context);
  const { delivered, failed } = delivery;
  context.measure?.(statsOf(delivery));
  if (seqBefore(event) !== undefined) {
    const batches = batchesOf({ ...common, expectedStatus: expectedStatus(event, delivered) }, failed);
    await settleAll(batches.map((batch) => context.fanOut(batch)));
  }
  return delivered;
}

/** The connections of a room, as `publish` needs them; undefined in a room with several shards. */
export type Listed = readonly Connection[] | undefined;

/** Lists a room's connections for `publish`. @param room as for `publish` */
export const listForPublish = async (
  room: Pick<Room, 'id' | 'shards'>,
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<Listed> => (room.shards > 1 ? undefined : listConnections(db, room, now()));

/**
 * Publishes an event to a room of any size. In a room with one shard, posts to the first `BATCH_SIZE` receivers
 * directly and to the others through `fanout`. Otherwise posts to the caller directly and lets one `fanout` read each
 * shard.
 * @param room the room as read or as returned with the sequence number. Its connections must be listed after that
 * @param caller the connection that caused the event; it comes first, because the echo is its acknowledgement
 * @param connections the room's connections, if the caller listed them while it stored the event
 */
export async function publish(
  event: Event,
  { id, shards, grown }: Room,
  caller: Session | undefined,
  context: Context,
  connections?: Listed,
): Promise<Published> {
  const room = { id, shards, ...(grown && { grown }) };
  const listed = connections ?? (await listForPublish(room, context));
  const others = (listed ?? []).filter((connection) => connection.id !== caller?.id);
  // The session does not have the block list, which can change while the connection is open.
  const { blocked } = (caller && listed?.find((connection) => connection.id === caller.id)) ?? {};
  const audience = caller ? [{ ...caller, ...(blocked && { blocked }) }, ...others] : others;
  const receivers = receiversOf(event, audience);
  const direct = receivers.slice(0, BATCH_SIZE);
  const common = { event, room };
  const batches = listed
    ? batchesOf({ ...common, expectedStatus: expectedStatus(event, direct) }, receivers.slice(BATCH_SIZE))
    : Array.from({ length: shards }, (_, shard) => ({
        ...common,
        shard,
        ...(caller && { except: caller.id }),
      }));
  const [delivered] = await settleAll([
    postDirect(common, direct, context),
    ...batches.map((batch) => context.fanOut(batch)),
    listed && growRoom(room, listed, context),
  ]);
  return { delivered, audience: listed ? async () => audience : audienceOf(room, context) };
}
