import { randomUUID } from 'node:crypto';
import { type Context, isoTime } from '../delivery/context.ts';
import { ChatError } from '../domain/errors.ts';
import {
  checkContentType,
  cleanFileName,
  decodeInline,
  defaultFileName,
  detectContentType,
  type FileInput,
  type InlineFile,
  isFileId,
  isShownInline,
  type MessageFile,
} from '../domain/file.ts';
import type { DownloadHeaders, UploadRequest } from '../store/files.ts';
import { objectKey } from '../store/files.ts';
import { getUpload, putUpload, readyUpload } from '../store/uploads.ts';
import { checkMembership, checkNotLimited, checkWriteAccess } from './access.ts';

/** How long the signed upload request is valid. */
const UPLOAD_SECONDS = 15 * 60;

/** How long an uploaded file is kept if no message refers to it. */
const PENDING_MS = 24 * 60 * 60 * 1000;

/** How long a download URL is valid. */
const DOWNLOAD_SECONDS = 5 * 60;

/** A user, and the room whose files they send or read. */
export interface FileUser {
  readonly room: string;
  readonly user: string;
}

type FileContext = Pick<Context, 'db' | 'files' | 'now'>;

export interface UploadOffer {
  readonly file: MessageFile;
  readonly upload: UploadRequest;
  /** When the upload request expires; ISO 8601, UTC. */
  readonly expiresAt: string;
}

/**
 * Announces a file and returns a signed request to upload its bytes, valid for one object of exactly this size and type.
 * @throws ChatError NOT_A_MEMBER, MUTED, RATE_LIMITED, FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED
 */
export async function requestUpload(
  { name, contentType, size }: Omit<MessageFile, 'id'>,
  { room, user }: FileUser,
  context: FileContext & Pick<Context, 'rates' | 'budgets'>,
  maxBytes: number,
): Promise<UploadOffer> {
  const type = checkContentType(contentType);
  if (size > maxBytes) {
    throw new ChatError(
      'FILE_TOO_LARGE',
      `File not accepted: it is too large, at most ${maxBytes / 1_000_000} MB (1 MB is 1,000,000 bytes). Choose a smaller file.`,
    );
  }
  const file = {
    id: randomUUID(),
    name: cleanFileName(name, defaultFileName(type)),
    contentType: type,
    size,
  };
  const now = context.now();
  // Counted as a change, because the message that carries the file is counted as a send.
  const write = { room, by: { user: { id: user } }, counted: 'change', now } as const;
  checkNotLimited(context, write);
  await checkWriteAccess(context, write);
  await putUpload(context.db, { room, file, owner: user, state: 'pending' }, now + PENDING_MS);
  const upload = await context.files().presignPut(objectKey(room, file.id), file, UPLOAD_SECONDS, now);
  return { file, upload, expiresAt: isoTime(now + UPLOAD_SECONDS * 1000) };
}

/**
 * Checks a message's file before anything is stored.
 * @throws ChatError BAD_FRAME for invalid base64, FILE_TOO_LARGE
 */
export function checkFile(input: FileInput): void {
  if (input.kind === 'inline') decodeInline(input.data);
}

async function storeInline(
  { data, name = '' }: InlineFile,
  { room, user }: FileUser,
  context: FileContext,
): Promise<MessageFile> {
  const decoded = decodeInline(data);
  const contentType = detectContentType(decoded.bytes, decoded.contentType);
  const file: MessageFile = {
    id: randomUUID(),
    name: cleanFileName(name, defaultFileName(contentType)),
    contentType,
    size: decoded.bytes.byteLength,
  };
  await Promise.all([
    context.files().put(objectKey(room, file.id), decoded.bytes, contentType),
    putUpload(context.db, { room, file, owner: user, state: 'ready' }),
  ]);
  return file;
}

/** @throws ChatError FILE_NOT_FOUND, also for files of other rooms and users, so that clients cannot probe for files */
async function findUploaded(
  id: string,
  { room, user }: FileUser,
  context: FileContext,
): Promise<MessageFile> {
  const upload = isFileId(id) ? await getUpload(context.db, room, id, context.now()) : undefined;
  if (upload?.owner !== user) throw new ChatError('FILE_NOT_FOUND');
  const { file, state } = upload;
  if (state === 'ready') return file;
  const stored = await context.files().head(objectKey(room, id));
  const isComplete = stored?.size === file.size && stored.contentType === file.contentType;
  if (!isComplete || !(await readyUpload(context.db, room, id))) throw new ChatError('FILE_NOT_FOUND');
  return file;
}

/**
 * Returns the file of a message: stores a file from the frame, or finds an uploaded one. The caller has checked that
 * the user may write in the room.
 * @throws ChatError BAD_FRAME for invalid base64; FILE_TYPE_NOT_ALLOWED, FILE_TOO_LARGE, FILE_NOT_FOUND
 */
export const attachFile = (
  input: FileInput,
  uploader: FileUser,
  context: FileContext,
): Promise<MessageFile> =>
  input.kind === 'inline' ? storeInline(input, uploader, context) : findUploaded(input.id, uploader, context);

const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * Returns a Content-Disposition header in ASCII for any file name (RFC 6266): `filename*` for current clients, and
 * before it a simplified `filename` for old ones.
 */
export function contentDisposition(shown: 'inline' | 'attachment', name: string): string {
  const simplified = name.replace(/[^A-Za-z0-9 ._-]/gu, '_');
  return `${shown}; filename="${simplified}"; filename*=UTF-8''${percentEncoded(name.toWellFormed())}`;
}

/** Browsers show types that cannot contain scripts, and save all others as plain bytes. */
function servedAs({ name, contentType }: MessageFile): DownloadHeaders {
  const shown = isShownInline(contentType);
  const shownType = contentType === 'text/plain' ? 'text/plain; charset=utf-8' : contentType;
  return {
    contentType: shown ? shownType : 'application/octet-stream',
    contentDisposition: contentDisposition(shown ? 'inline' : 'attachment', name),
  };
}

/**
 * Returns a URL to download a file, valid for five minutes.
 * @throws ChatError NOT_A_MEMBER, FILE_NOT_FOUND
 */
export async function downloadUrl(
  id: string,
  { room, user }: FileUser,
  { db, files, now }: FileContext,
): Promise<string> {
  const [, upload] = await Promise.all([
    checkMembership(db, room, { id: user }),
    isFileId(id) ? getUpload(db, room, id, now()) : undefined,
  ]);
  if (upload?.state !== 'ready') {
    throw new ChatError(
      'FILE_NOT_FOUND',
      'File not found: it may have been deleted. Load the history again.',
    );
  }
  return files().presignGet(objectKey(room, id), servedAs(upload.file), DOWNLOAD_SECONDS, now());
}
