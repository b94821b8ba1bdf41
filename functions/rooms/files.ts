import { randomUUID } from 'node:crypto';
import { type Context, isoTime } from '../delivery/context.ts';
import type { FileFields } from '../domain/draft.ts';
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
import { actorId } from '../domain/member.ts';
import { isFileGone, keptForBackend, keptIn } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import type { DownloadHeaders, UploadRequest } from '../store/files.ts';
import { objectKey } from '../store/files.ts';
import { getRoom } from '../store/rooms.ts';
import { countBytes, getUpload, holdUpload, putUpload, type Upload } from '../store/uploads.ts';
import { checkNotLimited, checkWriteAccess, readAccess } from './access.ts';

/** How long the signed upload request is valid. */
export const UPLOAD_SECONDS = 15 * 60;

/** How long an uploaded file is kept if no message refers to it. */
const PENDING_MS = 24 * 60 * 60 * 1000;

/** How long a download URL is valid. */
export const DOWNLOAD_SECONDS = 5 * 60;

/** A user, and the room whose files they send or read. */
export interface FileUser {
  readonly room: string;
  readonly user: string;
  /** Set if the user is a guest. */
  readonly guest?: true | undefined;
}

type FileContext = Pick<Context, 'db' | 'files' | 'now' | 'dailyFileBytes'>;

/**
 * Counts bytes towards the daily budget of the user. All guests of a room share a budget, because a guest can take any
 * name. @throws ChatError FILE_BUDGET_USED
 */
async function checkBudget(
  bytes: number,
  { room, user, guest }: FileUser,
  { db, now, dailyFileBytes: budget = Number.POSITIVE_INFINITY }: FileContext,
): Promise<void> {
  if (budget === Number.POSITIVE_INFINITY) return;
  const owner = guest ? { guestsOf: room } : { user };
  const wait = await countBytes(db, owner, { bytes, budget }, now());
  if (wait > 0) throw new ChatError('FILE_BUDGET_USED', undefined, wait);
}

export interface UploadOffer {
  readonly file: MessageFile;
  readonly upload: UploadRequest;
  /** When the upload request expires; ISO 8601, UTC. */
  readonly expiresAt: string;
}

/**
 * Announces a file and returns a signed request to upload its bytes, valid for one object of exactly this size and
 * type.
 * @throws ChatError NOT_A_MEMBER, MUTED, RATE_LIMITED, FILE_BUDGET_USED, FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED
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
  const owner = actorId({ id: user });
  await checkBudget(size, { room, user: owner }, context);
  await putUpload(context.db, { room, file, owner, state: 'pending' }, now + PENDING_MS);
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

function readInline({ data, name = '' }: InlineFile): { bytes: Uint8Array; fields: FileFields } {
  const { bytes, contentType: claimed } = decodeInline(data);
  const contentType = detectContentType(bytes, claimed);
  const fields = {
    name: cleanFileName(name, defaultFileName(contentType)),
    contentType,
    size: bytes.byteLength,
  };
  return { bytes, fields };
}

async function storeInline(
  input: InlineFile,
  uploader: FileUser,
  sentAt: number,
  context: FileContext,
): Promise<HeldFile> {
  const { room, user } = uploader;
  const { bytes, fields } = readInline(input);
  const file: HeldFile = { id: randomUUID(), ...fields, hold: randomUUID() };
  await checkBudget(file.size, uploader, context);
  await Promise.all([
    context.files().put(objectKey(room, file.id), bytes, file.contentType),
    putUpload(context.db, { room, file, owner: user, state: 'ready', sentAt }),
  ]);
  return file;
}

/** @throws ChatError FILE_NOT_FOUND, also for files of other rooms and users, so that clients cannot probe for files */
async function getOwnUpload(id: string, { room, user }: FileUser, context: FileContext): Promise<Upload> {
  const upload = isFileId(id) ? await getUpload(context.db, room, id, context.now()) : undefined;
  if (upload?.owner !== user) throw new ChatError('FILE_NOT_FOUND');
  return upload;
}

async function holdUploaded(
  id: string,
  uploader: FileUser,
  time: number,
  context: FileContext,
): Promise<HeldFile> {
  const { room } = uploader;
  const upload = await getOwnUpload(id, uploader, context);
  if (upload.state === 'pending') await keepUploaded(upload, context);
  const file = { ...upload.file, hold: randomUUID() };
  // An edit may add a file of a later message to an earlier one.
  const sentAt = Math.max(time, upload.sentAt ?? 0);
  if (await holdUpload(context.db, room, file, { sentAt, now: context.now() })) return file;
  throw new ChatError('FILE_NOT_FOUND');
}

/**
 * Checks the bytes of an upload, and makes the bucket keep them.
 * @throws ChatError FILE_NOT_FOUND if there are none, or if their size or type is not the announced one
 */
async function keepUploaded({ room, file }: Upload, { files }: FileContext): Promise<void> {
  const key = objectKey(room, file.id);
  const stored = await files().head(key);
  const isComplete = stored?.size === file.size && stored.contentType === file.contentType;
  if (!isComplete) throw new ChatError('FILE_NOT_FOUND');
  await files().keep(key);
}

/** A file that a message is about to use. Its hold keeps the file until the message is stored or refused. */
export type HeldFile = MessageFile & Required<Pick<MessageFile, 'hold'>>;

/**
 * Returns the file of a message, with a hold for the message: stores a file from the frame, or finds an uploaded one.
 * The caller has checked that the user may write in the room, and releases the file if it does not store the message.
 * @param sentAt the time of the message, in milliseconds since the epoch
 * @throws ChatError BAD_FRAME for invalid base64; FILE_TYPE_NOT_ALLOWED, FILE_TOO_LARGE, FILE_NOT_FOUND,
 * FILE_BUDGET_USED
 */
export const attachFile = (
  input: FileInput,
  uploader: FileUser,
  sentAt: number,
  context: FileContext,
): Promise<HeldFile> =>
  input.kind === 'inline'
    ? storeInline(input, uploader, sentAt, context)
    : holdUploaded(input.id, uploader, sentAt, context);

/**
 * Returns the fields of a message's file, and stores nothing.
 * @throws ChatError FILE_TYPE_NOT_ALLOWED, FILE_NOT_FOUND, BAD_FRAME
 */
export async function describeFile(
  input: FileInput,
  uploader: FileUser,
  context: FileContext,
): Promise<FileFields> {
  if (input.kind === 'inline') return readInline(input).fields;
  return (await getOwnUpload(input.id, uploader, context)).file;
}

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

type LinkContext = Pick<Context, 'db' | 'files' | 'now' | 'retentionDays'>;

/**
 * Returns a URL to download an upload.
 * @param keptOf returns the part of the room's log that the caller sees
 * @throws ChatError FILE_NOT_FOUND if no message holds the upload, or if the caller sees none of its messages
 */
async function linkOf(
  upload: Upload | undefined,
  room: Room | undefined,
  keptOf: typeof keptIn,
  context: LinkContext,
): Promise<string> {
  if (!room || upload?.state !== 'ready' || isFileGone(upload, keptOf(room, context))) {
    throw new ChatError(
      'FILE_NOT_FOUND',
      'File not found: it may have been deleted. Load the history again.',
    );
  }
  const key = objectKey(room.id, upload.file.id);
  return context.files().presignGet(key, servedAs(upload.file), DOWNLOAD_SECONDS, context.now());
}

const findUpload = async (
  room: string,
  id: string,
  { db, now }: LinkContext,
  options?: { readonly held: boolean },
): Promise<Upload | undefined> => (isFileId(id) ? getUpload(db, room, id, now(), options) : undefined);

/**
 * Returns a URL to download a file, valid for five minutes.
 * @throws ChatError NOT_A_MEMBER, FILE_NOT_FOUND
 */
export async function downloadUrl(
  file: string,
  { room: id, user }: FileUser,
  context: LinkContext,
): Promise<string> {
  const [{ room }, upload] = await Promise.all([
    readAccess(context.db, id, { id: user }),
    findUpload(id, file, context),
  ]);
  return linkOf(upload, room, keptIn, context);
}

/**
 * Returns a URL as `downloadUrl` does, for a backend of the team. During a legal hold, also returns one for a file that
 * has expired.
 * @throws ChatError FILE_NOT_FOUND
 */
export async function adminDownloadUrl(id: string, file: string, context: LinkContext): Promise<string> {
  const room = await getRoom(context.db, id);
  const upload = await findUpload(id, file, context, { held: room?.held === true });
  return linkOf(upload, room, keptForBackend, context);
}
