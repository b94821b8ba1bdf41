import { receivesEvent } from '../domain/audience.ts';
import type { Connection } from '../domain/connection.ts';
import { type Event, seqBefore } from '../domain/event.ts';
import type { PostingContext } from './context.ts';
import { type Delivery, type DeliveryOptions, deliver } from './deliver.ts';
import { removeStale } from './remove-connections.ts';

/** Returns the connections that receive an event. An inbox receives only some of a room's events. */
export const receiversOf = (event: Event, audience: readonly Connection[]): readonly Connection[] =>
  audience.filter((connection) => receivesEvent(connection, event));

/**
 * Delivers an event to receivers that are already filtered, then removes stale connections. A token may have been
 * renewed since the receivers were listed: such a connection stays, and gets the event in a second delivery.
 */
export async function postToReceivers(
  event: Event,
  receivers: readonly Connection[],
  context: PostingContext,
  options: DeliveryOptions = {},
): Promise<Delivery> {
  const first = await deliver(event, receivers, context, options);
  const renewed = await removeStale(first, context, seqBefore(event)).catch((error: unknown) => {
    if (!options.onFault) throw error;
    options.onFault(error);
    return [];
  });
  if (renewed.length === 0) return first;
  const ids = new Set(renewed.map(({ id }) => id));
  const second = await deliver(event, renewed, context, options);
  return {
    delivered: [...first.delivered, ...second.delivered],
    gone: [...first.gone, ...second.gone],
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
