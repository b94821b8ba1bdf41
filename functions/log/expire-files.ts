import {
  type DueFile,
  isFileExpired,
  listDueFiles,
  removeDueFile,
  removeFromList,
} from '../store/expiring-files.ts';
import { objectKey } from '../store/files.ts';
import type { LogContext } from './context.ts';

/** The most files of one pass. */
const MAX_FILES = 50;

/** How often one execution environment looks for expired files, in milliseconds. */
const INTERVAL_MS = 60 * 60 * 1000;

async function expire(file: DueFile, { db, files, now }: LogContext): Promise<void> {
  if (!(await isFileExpired(db, file, now()))) return removeFromList(db, file);
  await files().remove(objectKey(file.room, file.id));
  await removeDueFile(db, file, now());
}

/** Deletes the bytes of files that have expired, in all rooms. Returns the number of files that it handled. */
export async function expireFiles(context: LogContext, limit = MAX_FILES): Promise<number> {
  const due = await listDueFiles(context.db, context.now(), limit);
  for (const file of due) await expire(file, context);
  return due.length;
}

/** Calls `expireFiles` once an hour in each execution environment. A pass that finds more files continues later. */
export class FileExpiry {
  #next = 0;

  async run(context: LogContext): Promise<void> {
    const now = context.now();
    if (now < this.#next) return;
    this.#next = now + INTERVAL_MS;
    const handled = await expireFiles(context);
    if (handled === MAX_FILES) this.#next = now;
  }
}
