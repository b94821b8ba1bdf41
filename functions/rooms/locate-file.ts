import type { Context } from '../delivery/context.ts';
import { isFileId, isShown, type MessageFile } from '../domain/file.ts';
import type { DownloadHeaders } from '../store/files.ts';
import { objectKey } from '../store/files.ts';
import { getUpload } from '../store/uploads.ts';
import { checkMembership } from './access.ts';
import type { Author } from './attach-file.ts';
import { contentDisposition } from './content-disposition.ts';

/** How long the URL of a download may be used. */
const DOWNLOAD_SECONDS = 5 * 60;

/** A browser shows what cannot hold a script, and saves anything else as bytes that it knows nothing of. */
function servedAs({ name, contentType }: MessageFile): DownloadHeaders {
  if (!isShown(contentType)) {
    return {
      contentType: 'application/octet-stream',
      contentDisposition: contentDisposition('attachment', name),
    };
  }
  return {
    contentType: contentType === 'text/plain' ? 'text/plain; charset=utf-8' : contentType,
    contentDisposition: contentDisposition('inline', name),
  };
}

/**
 * A URL by which a member of a room reads one of its files, for five minutes; undefined where there is no such file.
 * @throws ChatError NOT_A_MEMBER
 */
export async function locateFile(
  id: string,
  { room, user }: Author,
  { db, files, now }: Pick<Context, 'db' | 'files' | 'now'>,
): Promise<string | undefined> {
  const [, upload] = await Promise.all([
    checkMembership(db, room, { id: user }),
    isFileId(id) ? getUpload(db, room, id, now()) : undefined,
  ]);
  if (upload?.state !== 'ready') return undefined;
  return files().presignGet(objectKey(room, id), servedAs(upload.file), DOWNLOAD_SECONDS, now());
}
