import type { LogEntry } from '../domain/message.ts';
import { objectKey } from '../store/files.ts';
import { putVoid } from '../store/log.ts';
import { type FileHold, releaseUpload } from '../store/uploads.ts';
import type { LogContext } from './context.ts';

/** Ends a message's hold on a file, and deletes the bytes if no other message holds them. Repeating it is safe. */
export async function releaseFile(
  room: string,
  file: FileHold,
  { db, files, now }: LogContext,
): Promise<void> {
  if (await releaseUpload(db, room, file, now())) await files().remove(objectKey(room, file.id));
}

function hasFile(entry: LogEntry, { hold }: FileHold): boolean {
  if (entry.kind === 'message') return entry.message.file?.hold === hold;
  return entry.kind === 'edit' && entry.file?.hold === hold;
}

/**
 * Voids a sequence number if it is free, so that no entry with the file can be stored under it.
 * @returns whether it is certain that the number does not hold an entry with the file
 */
async function isUnstored(room: string, seq: number, file: FileHold, { db }: LogContext): Promise<boolean> {
  try {
    const entry = await putVoid(db, room, seq);
    return !entry || !hasFile(entry, file);
  } catch {
    return false;
  }
}

/**
 * Appends an entry to the log and releases its file unless the log then has the entry. A write whose answer was lost
 * may have stored it, so the number is looked up before.
 * @param append calls its argument with each sequence number under which it tries to store the entry
 */
export async function appendWithFile<A extends { readonly earlier: LogEntry | undefined }>(
  room: string,
  file: FileHold | undefined,
  append: (noteSeq: (seq: number) => void) => Promise<A>,
  context: LogContext,
): Promise<A> {
  let tried: number | undefined;
  const noteSeq = (seq: number) => {
    tried = seq;
  };
  if (!file) return append(noteSeq);
  try {
    const appended = await append(noteSeq);
    if (appended.earlier) await releaseFile(room, file, context);
    return appended;
  } catch (error) {
    if (tried === undefined || (await isUnstored(room, tried, file, context))) {
      // If this fails too, the client gets the first error, which says why the message was not stored.
      await releaseFile(room, file, context).catch(() => undefined);
    }
    throw error;
  }
}
