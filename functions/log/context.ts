import type { RetentionContext } from '../domain/retention.ts';
import type { Database } from '../store/database.ts';
import type { FileStore } from '../store/files.ts';

/** The dependencies of reading and changing a room's log. */
export interface LogContext extends RetentionContext {
  readonly db: Database;
  /** Opens the file store on first use, since most frames carry no file. */
  readonly files: () => FileStore;
}
