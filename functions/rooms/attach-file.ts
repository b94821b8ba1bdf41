import { randomUUID } from 'node:crypto';
import type { Context } from '../delivery/context.ts';
import { ChatError } from '../domain/errors.ts';
import {
  cleanName,
  decodeInline,
  type FileInput,
  type InlineFile,
  isFileId,
  type MessageFile,
  plainName,
  typeOf,
} from '../domain/file.ts';
import { objectKey } from '../store/files.ts';
import { getUpload, putUpload, readyUpload } from '../store/uploads.ts';

/** Whose message the file is for, and in which room: a member's, so ask that first. */
export interface Author {
  readonly room: string;
  readonly user: string;
}

type Needed = Pick<Context, 'db' | 'files' | 'now'>;

async function keepInline(
  { data, name = '' }: InlineFile,
  author: Author,
  context: Needed,
): Promise<MessageFile> {
  const { bytes, contentType: claimed } = decodeInline(data);
  const contentType = typeOf(bytes, claimed);
  const file: MessageFile = {
    id: randomUUID(),
    name: cleanName(name, plainName(contentType)),
    contentType,
    size: bytes.byteLength,
  };
  const { room, user } = author;
  await Promise.all([
    context.files().put(objectKey(room, file.id), bytes, contentType),
    putUpload(context.db, { room, file, owner: user, state: 'ready' }),
  ]);
  return file;
}

async function takeUploaded(id: string, { room, user }: Author, context: Needed): Promise<MessageFile> {
  const upload = isFileId(id) ? await getUpload(context.db, room, id, context.now()) : undefined;
  if (upload?.owner !== user) throw new ChatError('FILE_NOT_FOUND');
  const { file, state } = upload;
  if (state === 'ready') return file;
  const stored = await context.files().head(objectKey(room, id));
  if (stored?.size !== file.size || stored.contentType !== file.contentType)
    throw new ChatError('FILE_NOT_FOUND');
  if (!(await readyUpload(context.db, room, id))) throw new ChatError('FILE_NOT_FOUND');
  return file;
}

/**
 * What can be said of a file before anything is stored.
 * @throws ChatError BAD_FRAME for invalid base64, FILE_TOO_LARGE
 */
export function checkFile(input: FileInput): void {
  if (input.kind === 'inline') decodeInline(input.data);
}

/**
 * The file that a message is to carry: one from the frame is stored, one that was uploaded is looked for.
 * @throws ChatError BAD_FRAME for invalid base64; FILE_TYPE_NOT_ALLOWED, FILE_TOO_LARGE, FILE_NOT_FOUND
 */
export function attachFile(input: FileInput, author: Author, context: Needed): Promise<MessageFile> {
  if (input.kind === 'inline') return keepInline(input, author, context);
  return takeUploaded(input.id, author, context);
}
