import type { Database } from '../store/database.ts';
import type { FileStore } from '../store/files.ts';

/** The dependencies of reading and changing a room's log. */
export interface LogContext {
  readonly db: Database;
  /** Opens the file store on first use, since most frames carry no file. */
  readonly files: () => FileStore;
  /** Returns the current time in milliseconds since the epoch. */
  readonly now: () => number;
}
