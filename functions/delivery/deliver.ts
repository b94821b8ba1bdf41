import { dialectOf } from '../dialects/registry.ts';
import { isAboutHidden } from '../domain/block.ts';
import { type Connection, connectedUser, hasValidToken } from '../domain/connection.ts';
import { type Event, eventSeq } from '../domain/event.ts';
import { actorId } from '../domain/member.ts';
import { changedBy } from '../domain/message.ts';
import { settleAll } from './concurrency.ts';
import type { Context, DeliveryStats } from './context.ts';
import { Pace } from './pace.ts';
import { type Budget, type Outcome, postWithRetries } from './post-with-retries.ts';

/** Far below API Gateway's integration timeout of 29 s, for functions whose client waits for the answer. */
export const POST_BUDGET: Budget = { perPost: 3_000, total: 4_000 };

/**
 * Half of `fanout`'s timeout; the rest is for cleanup. Enough for 300,000 posts (AWS: API Gateway quotas, 10,000/s).
 */
export const FANOUT_BUDGET: Budget = { perPost: 3_000, total: 30_000 };

export interface DeliveryOptions {
  readonly budget?: Budget;
  /** Called with each error that no retry fixes. The post then counts as failed, and `deliver` does not throw. */
  readonly onFault?: (error: unknown) => void;
}

/** The receivers of an event grouped by the outcome of their posts, and the milliseconds until the last post ended. */
export type Delivery = Readonly<Record<Outcome, readonly Connection[]>> & { readonly ms: number };

export const statsOf = ({ delivered, gone, failed, unresponsive, ms }: Delivery): DeliveryStats => ({
  delivered: delivered.length,
  gone: gone.length,
  failed: failed.length + unresponsive.length,
  closed: unresponsive.length,
  ms,
});

/** Returns the event that a connection gets instead of a message from an author whom its user has blocked. */
const hidden = (event: Event): Event =>
  event.kind === 'MessageSent' || event.kind === 'MessageChanged'
    ? { kind: 'Hidden', room: event.room, seq: eventSeq(event) }
    : event;

/** Returns a function that encodes an event for a connection, at most once for each dialect and kind of viewer. */
function frameEncoder(
  event: Event,
  { hidesEmails = false }: Pick<Context, 'hidesEmails'>,
): (connection: Connection) => string | undefined {
  // Users whose frames have more fields, such as `client_id`: the author of the message and the user who changed it.
  const insiders = [
    ...('message' in event ? [actorId(event.message.author)] : []),
    ...('change' in event ? [changedBy(event.change)] : []),
  ];
  const frames = new Map<string, string | undefined>();
  return (connection) => {
    const elsewhere = connection.via !== undefined || connection.room !== event.room;
    const user = connectedUser(connection);
    const { dialect, changes } = connection;
    const view = {
      ...{ viewer: actorId(user), elsewhere, hidesEmails },
      ...(user.guest && { guest: user.guest }),
      ...(changes && { changes }),
    };
    const isHidden = isAboutHidden(connection, event);
    const kind = `${view.guest} ${changes} ${isHidden}`;
    const key = `${dialect} ${insiders.indexOf(view.viewer)} ${elsewhere} ${kind}`;
    if (!frames.has(key)) {
      frames.set(key, dialectOf(connection).encode(isHidden ? hidden(event) : event, view));
    }
    return frames.get(key);
  };
}

/**
 * Posts an event to connections, each in its own dialect, as fast as API Gateway accepts posts. Removes no connection.
 *
 * A post that fails is given up: the client detects the gap by `seq`. Each attempt checks the connection's token, so
 * after its expiry nothing is posted but the event that reports the expiry.
 * @param receivers connections that all receive this event: see `receiversOf`
 * @throws the first error that no retry fixes, such as a missing grant, after all posts have ended
 */
export async function deliver(
  event: Event,
  receivers: readonly Connection[],
  { poster, now, hidesEmails = false }: Pick<Context, 'poster' | 'now' | 'hidesEmails'>,
  { budget = POST_BUDGET, onFault }: DeliveryOptions = {},
): Promise<Delivery> {
  const encode = frameEncoder(event, { hidesEmails });
  const reportsExpiry = event.kind === 'Refused' && event.code === 'TOKEN_EXPIRED';
  const start = Date.now();
  const common = { poster, pace: new Pace(), perPost: budget.perPost, deadline: start + budget.total };
  const postTo = async (connection: Connection): Promise<Outcome | 'skipped'> => {
    const frame = encode(connection);
    if (frame === undefined) return 'skipped';
    const { id } = connection;
    const attempt = async () =>
      reportsExpiry || hasValidToken(connection, now()) ? poster.post(id, frame) : 'expired';
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
