import { objectKey } from '../store/files.ts';
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
