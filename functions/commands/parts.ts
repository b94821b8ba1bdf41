import type { Poster } from '../broadcast/poster.ts';
import type { Connection } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import type { User } from '../domain/member.ts';
import type { Rates } from '../domain/rate.ts';
import type { Database } from '../store/database.ts';
import type { FileStore } from '../store/file-store.ts';

/** A share of a large audience, posted to by an invocation of its own. */
export interface FanoutChunk {
  readonly event: Event;
  readonly audience: readonly Connection[];
}

/** What commands work with. */
export interface Parts {
  readonly db: Database;
  readonly poster: Poster;
  /** Hands a chunk on; returns once the invocation is accepted. */
  readonly fanOut: (chunk: FanoutChunk) => Promise<void>;
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
