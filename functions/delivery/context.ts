import type { Connection } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import type { User } from '../domain/member.ts';
import type { Status } from '../domain/message.ts';
import type { Rates, Room } from '../domain/room.ts';
import type { LogContext } from '../log/context.ts';
import type { Poster } from './poster.ts';

/** A share of a large audience, posted to by an invocation of its own: connections, or all that belong to a shard. */
export type FanOutBatch = {
  readonly event: Event;
  readonly room: Pick<Room, 'id' | 'shards' | 'grown'>;
} & (
  | {
      readonly audience: readonly Connection[];
      /** How far whoever hands it on expects the message to come by those whom they post to themselves. */
      readonly foreseen: Status;
    }
  | { readonly shard: number; readonly without?: string }
);

/** What became of the posts of an event. */
export interface DeliveryStats {
  readonly taken: number;
  readonly gone: number;
  /** Not posted in the time there was. */
  readonly failed: number;
  /** Closed, since their clients do not take what they are sent. */
  readonly closed: number;
  /** Milliseconds until the last post had ended. */
  readonly ms: number;
}

/** What commands are given to work with: storage, sockets, settings and the clock. */
export interface Context extends LogContext {
  readonly poster: Poster;
  /** Invokes `fanout` with a batch. Resolves once Lambda has accepted the invocation. */
  readonly fanOut: (batch: FanOutBatch) => Promise<void>;
  /** Records how the posts of one event went. Absent where nothing is measured. */
  readonly measure?: (stats: DeliveryStats) => void;
  /** Called with non-fatal errors. Never blocks delivery. */
  readonly onFault?: (error: unknown) => void;
  /** How many changes a member may make in a time window. */
  readonly rates: Rates;
}

/** What a command that checks a token is given. */
export interface TokenContext {
  /**
   * Resolves to the user that a token belongs to and to its expiry in milliseconds since the epoch.
   * @throws ChatError UNAUTHENTICATED for a token that is not valid
   */
  readonly verify: (token: string) => Promise<{ readonly user: User; readonly expiresAt: number }>;
}

export const isoTime = (ms: number): string => new Date(ms).toISOString();
