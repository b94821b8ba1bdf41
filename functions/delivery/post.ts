import type { Connection } from '../domain/connection.ts';
import { type Event, seqBefore } from '../domain/event.ts';
import { receiversOf } from './audience.ts';
import { settleAll } from './concurrency.ts';
import type { PostingContext } from './context.ts';
import { type Delivery, type DeliveryOptions, deliver } from './deliver.ts';
import { closeUnresponsive, removeStale } from './remove-connections.ts';

/**
 * Delivers an event to receivers that are already filtered, then cleans up: removes connections that are gone, expires
 * those whose token expired, and closes unresponsive ones. The list may be older than a renewed token, so a connection
 * that turns out to be renewed gets the event in a second delivery.
 */
export async function postToReceivers(
  event: Event,
  receivers: readonly Connection[],
  context: PostingContext,
  options: DeliveryOptions = {},
): Promise<Delivery> {
  const first = await deliver(event, receivers, context, options);
  const lastDelivered = seqBefore(event);
  const cleanup = settleAll([
    removeStale(first, context, lastDelivered),
    closeUnresponsive(first, context, lastDelivered),
  ]);
  const [renewed] = await cleanup.catch((error: unknown) => {
    if (!options.onFault) throw error;
    options.onFault(error);
    return [[]];
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
