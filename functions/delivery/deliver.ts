import { dialectOf } from '../dialects/registry.ts';
import { type Connection, hasValidToken } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { settleAll } from './concurrency.ts';
import type { Context, DeliveryStats } from './context.ts';
import { Pace } from './pace.ts';
import { type Budget, type Outcome, postWithRetries } from './post-with-retries.ts';

/** Far below API Gateway's integration timeout of 29 s, for functions whose client waits for the answer. */
export const POST_BUDGET: Budget = { perPost: 3_000, total: 4_000 };

/**
 * For `fanout`, half of its timeout of 60 s: the rest is for removing stale connections. An account at its limit makes
 * 10,000 posts a second (AWS: API Gateway quotas), so this is enough for 300,000 posts.
 */
export const FANOUT_BUDGET: Budget = { perPost: 3_000, total: 30_000 };

export interface DeliveryOptions {
  readonly budget?: Budget;
  /**
   * Called with each error that no retry fixes; the post then counts as failed. Without it, the first such error is
   * thrown after all posts have ended.
   */
  readonly onFault?: (error: unknown) => void;
}

/** The connections of an audience, grouped by the outcome of their posts. */
export interface Delivery {
  readonly delivered: readonly Connection[];
  /** API Gateway no longer knows them. */
  readonly gone: readonly Connection[];
  /** Their tokens expired, so nothing was posted to them. */
  readonly expired: readonly Connection[];
  /** No post succeeded within the budget. */
  readonly failed: readonly Connection[];
  /** Their clients stopped reading, and API Gateway's buffer for them is full. */
  readonly unresponsive: readonly Connection[];
  /** Milliseconds until the last post ended. */
  readonly ms: number;
}

/** Returns the counts of a delivery. Unresponsive connections count as failed too. */
export const statsOf = ({ delivered, gone, failed, unresponsive, ms }: Delivery): DeliveryStats => ({
  delivered: delivered.length,
  gone: gone.length,
  failed: failed.length + unresponsive.length,
  closed: unresponsive.length,
  ms,
});

/** Whether this event reports the expiry of a token. It is the only event posted to a connection without a valid one. */
const reportsExpiry = (event: Event): boolean => event.kind === 'Refused' && event.code === 'TOKEN_EXPIRED';

/** The users whose frames have additional fields, such as `client_id`: the message's author and the user who changed it. */
const insidersOf = (event: Event): readonly string[] => [
  ...('message' in event ? [event.message.author.id] : []),
  ...('change' in event ? [event.change.by] : []),
];

/** Returns a function that encodes an event for a connection, at most once for each dialect and view. */
function frameEncoder(event: Event): (connection: Connection) => string | undefined {
  const insiders = insidersOf(event);
  const frames = new Map<string, string | undefined>();
  return (connection) => {
    const elsewhere = connection.via !== undefined || connection.room !== event.room;
    const view = { viewer: connection.user.id, elsewhere };
    const key = `${connection.dialect} ${insiders.indexOf(view.viewer)} ${elsewhere}`;
    if (!frames.has(key)) frames.set(key, dialectOf(connection).encode(event, view));
    return frames.get(key);
  };
}

/**
 * Posts an event to connections, each in its own dialect, as fast as API Gateway accepts posts. Removes no connection.
 *
 * A post that fails is given up: the client detects the gap by `seq`. Each attempt checks the connection's token first,
 * so nothing is posted after a token expired, however late the retry.
 * @param receivers connections that all receive this event: see `receiversOf`
 * @throws the first error that no retry fixes, such as a missing grant, after all posts have ended and if there is no
 * `onFault`
 */
export async function deliver(
  event: Event,
  receivers: readonly Connection[],
  { poster, now }: Pick<Context, 'poster' | 'now'>,
  { budget = POST_BUDGET, onFault }: DeliveryOptions = {},
): Promise<Delivery> {
  const encode = frameEncoder(event);
  const start = Date.now();
  const common = { poster, pace: new Pace(), perPost: budget.perPost, deadline: start + budget.total };
  const postTo = async (connection: Connection): Promise<Outcome | 'skipped'> => {
    const frame = encode(connection);
    if (frame === undefined) return 'skipped';
    const { id } = connection;
    const attempt = async () =>
      hasValidToken(connection, now()) || reportsExpiry(event) ? poster.post(id, frame) : 'expired';
    return postWithRetries({ ...common, connection: id, attempt }).catch((error: unknown) => {
      if (!onFault) throw error;
      onFault(error);
      return 'failed';
    });
  };
  const outcomes = await settleAll(receivers.map(postTo));
  const withOutcome = (outcome: Outcome) => receivers.filter((_, index) => outcomes[index] === outcome);
  return {
    delivered: withOutcome('delivered'),
    gone: withOutcome('gone'),
    expired: withOutcome('expired'),
    failed: withOutcome('failed'),
    unresponsive: withOutcome('unresponsive'),
    ms: Date.now() - start,
  };
}
