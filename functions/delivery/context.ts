import type { Verify } from '../auth/credential.ts';
import type { Connection } from '../domain/connection.ts';
import type { BeforeSend } from '../domain/draft.ts';
import type { Event } from '../domain/event.ts';
import type { Status } from '../domain/message.ts';
import type { Rates, Room } from '../domain/room.ts';
import type { LogContext } from '../log/context.ts';
import type { Budgets } from './budgets.ts';
import type { Poster } from './poster.ts';

/** One `fanout` invocation's part of a large audience: either a list of connections or all connections of a shard. */
export type FanOutBatch = {
  readonly event: Event;
  readonly room: Pick<Room, 'id' | 'shards' | 'grown'>;
} & (
  | {
      readonly audience: readonly Connection[];
      /** The status that the message is expected to reach through the invoking function's own posts. */
      readonly expectedStatus: Status;
    }
  // `except` is the id of the caller's connection, which already got the event.
  | { readonly shard: number; readonly except?: string }
);

/** The outcomes of posting one event, as counts. `closed` counts unresponsive connections, which `failed` includes. */
export interface DeliveryStats {
  readonly delivered: number;
  readonly gone: number;
  readonly failed: number;
  readonly closed: number;
  /** Milliseconds until the last post ended. */
  readonly ms: number;
}

/** The context of a command: storage, sockets, settings and the clock. */
export interface Context extends LogContext {
  readonly poster: Poster;
  /** Whether users get no email addresses of other users (`exposeEmail: false`). Default: false. */
  readonly hidesEmails?: boolean;
  /** Invokes `fanout` with a batch. Resolves once Lambda has accepted the invocation. */
  readonly fanOut: (batch: FanOutBatch) => Promise<void>;
  /** Records the outcome of posting one event. Absent where nothing is measured. */
  readonly measure?: (stats: DeliveryStats) => void;
  /** Called with non-fatal errors. Never blocks delivery. */
  readonly onFault?: (error: unknown) => void;
  /** How many changes a member may make in a time window. */
  readonly rates: Rates;
  /** Counts what connections and users have sent recently. */
  readonly budgets: Budgets;
  /** How many bytes of files a user may store on one day, in UTC. Without it there is no limit. */
  readonly dailyFileBytes?: number;
  /** Asks the team's function about each message and edit before it is stored. Absent if there is none. */
  readonly beforeSend?: BeforeSend;
}

/** The context for posting to connections and removing them. */
export type PostingContext = Pick<Context, 'db' | 'poster' | 'now' | 'hidesEmails' | 'retentionDays'>;

/** The additional context of a command that verifies a token. */
export interface TokenContext {
  readonly verify: Verify;
}

export const isoTime = (ms: number): string => new Date(ms).toISOString();
