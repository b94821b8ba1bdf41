import type { Poster } from './poster.ts';
import type { Connection } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import type { User } from '../domain/member.ts';
import type { Status } from '../domain/message.ts';
import type { Rates } from '../domain/rate.ts';
import type { Room } from '../domain/room.ts';
import type { Database } from '../store/database.ts';
import type { FileStore } from '../store/file-store.ts';

/** A share of a large audience, posted to by an invocation of its own: connections, or all that belong to a shard. */
export type Share = {
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
export interface Tally {
  readonly taken: number;
  readonly gone: number;
  /** Not posted in the time there was. */
  readonly failed: number;
  /** Closed, since their clients do not take what they are sent. */
  readonly closed: number;
  /** Milliseconds until the last post had ended. */
  readonly ms: number;
}

/** What commands work with. */
export interface Parts {
  readonly db: Database;
  readonly poster: Poster;
  /** Hands a share on; returns once the invocation is accepted. */
  readonly fanOut: (share: Share) => Promise<void>;
  /** Notes how the posts of an event went; absent where nobody counts. */
  readonly measure?: (tally: Tally) => void;
  /** Hears of what failed besides, and keeps no event from anybody; absent where nobody logs. */
  readonly onFault?: (error: unknown) => void;
  /** How often a member may change a room. */
  readonly rates: Rates;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What commands that know files work with. */
export interface FilingParts extends Parts {
  /** Opened when a file first comes: most frames bring none. */
  readonly files: () => FileStore;
}

/** What a command that takes a token works with. */
export interface Verifying {
  /**
   * Resolves to whose the token is and when it ends, in milliseconds since the epoch.
   * @throws ChatError UNAUTHENTICATED for one that does not count
   */
  readonly verify: (token: string) => Promise<{ readonly user: User; readonly expiresAt: number }>;
}

export const isoTime = (ms: number): string => new Date(ms).toISOString();
