import { randomUUID } from 'node:crypto';
import type { Context } from '../delivery/context.ts';
import { ChatError } from '../domain/errors.ts';
import {
  cleanFileName,
  decodeInline,
  type FileInput,
  type InlineFile,
  isFileId,
  type MessageFile,
  defaultFileName,
  detectContentType,
} from '../domain/file.ts';
import { objectKey } from '../store/object-key.ts';
import { getUpload, putUpload, readyUpload } from '../store/uploads.ts';

/** Whose message the file is for, and in which room: a member's, so ask that first. */
export interface Author {
  readonly room: string;
  readonly user: string;
}

type Needed = Pick<Context, 'db' | 'files' | 'now'>;

/** The same for a file of another room, of another user and for none at all, so that nobody can probe for files. */
const notThere = () =>
  new ChatError('BAD_FRAME', 'The file is not there: upload it to this room first, then send its id');

async function keepInline(
  { data, name = '' }: InlineFile,
  author: Author,
  context: Needed,
): Promise<MessageFile> {
  const { bytes, contentType: claimed } = decodeInline(data);
  const contentType = detectContentType(bytes, claimed);
  const file: MessageFile = {
    id: randomUUID(),
    name: cleanFileName(name, defaultFileName(contentType)),
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
  if (upload?.owner !== user) throw notThere();
  const { file, state } = upload;
  if (state === 'ready') return file;
  const stored = await context.files().head(objectKey(room, id));
  if (stored?.size !== file.size || stored.contentType !== file.contentType) throw notThere();
  if (!(await readyUpload(context.db, room, id))) throw notThere();
  return file;
}

/**
 * What can be said of a file before anything is stored.
 * @throws ChatError BAD_FRAME, FILE_TOO_LARGE
 */
export function checkFile(input: FileInput): void {
  if (input.kind === 'inline') decodeInline(input.data);
}

/**
 * The file that a message is to carry: one from the frame is stored, one that was uploaded is looked for.
 * @throws ChatError BAD_FRAME for what is no base64, of a type that is not taken, or not there; FILE_TOO_LARGE
 */
export function attachFile(input: FileInput, author: Author, context: Needed): Promise<MessageFile> {
  if (input.kind === 'inline') return keepInline(input, author, context);
  return takeUploaded(input.id, author, context);
}
