import { randomUUID } from 'node:crypto';
import { type Context, isoTime } from '../delivery/context.ts';
import { ChatError } from '../domain/errors.ts';
import { checkedType, cleanName, type MessageFile, plainName } from '../domain/file.ts';
import type { UploadRequest } from '../store/files.ts';
import { objectKey } from '../store/files.ts';
import { putUpload } from '../store/uploads.ts';
import { checkWriteAccess } from './access.ts';
import type { Author } from './attach-file.ts';

/** How long the signed request may be used. */
const UPLOAD_SECONDS = 15 * 60;

/** How long an upload waits for the message that it is for. */
const PENDING_MS = 24 * 60 * 60 * 1000;

export interface UploadWish {
  readonly name: string;
  readonly contentType: string;
  /** Bytes, exactly. */
  readonly size: number;
}

export interface UploadOffer {
  readonly file: MessageFile;
  readonly upload: UploadRequest;
  /** When the request can no longer be used; ISO 8601, UTC. */
  readonly expiresAt: string;
}

function checkedFile({ name, contentType, size }: UploadWish, maxBytes: number): MessageFile {
  const type = checkedType(contentType);
  if (size > maxBytes) {
    const megabytes = maxBytes / 1_000_000;
    throw new ChatError(
      'FILE_TOO_LARGE',
      `File not accepted: it is too large, at most ${megabytes} MB (1 MB is 1,000,000 bytes). Choose a smaller file.`,
    );
  }
  return { id: randomUUID(), name: cleanName(name, plainName(type)), contentType: type, size };
}

/**
 * Announces a file of a room, and says where to put its bytes: one request, for one object of that size and type.
 * @throws ChatError NOT_A_MEMBER, MUTED, RATE_LIMITED, FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED
 */
export async function requestUpload(
  wish: UploadWish,
  { room, user }: Author,
  context: Pick<Context, 'db' | 'rates' | 'files' | 'now'>,
  maxBytes: number,
): Promise<UploadOffer> {
  const file = checkedFile(wish, maxBytes);
  const now = context.now();
  // The message that it is for is counted as a send.
  await checkWriteAccess(context, { room, by: { user: { id: user } }, counted: 'change', now });
  await putUpload(context.db, { room, file, owner: user, state: 'pending' }, now + PENDING_MS);
  const upload = await context.files().presignPut(objectKey(room, file.id), file, UPLOAD_SECONDS, now);
  return { file, upload, expiresAt: isoTime(now + UPLOAD_SECONDS * 1000) };
}
