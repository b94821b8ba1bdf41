import { ChatError } from './errors.ts';

/** A file that a message carries: what is known of it, its bytes lie elsewhere. */
export interface MessageFile {
  /** Ours, never the user's name for it. */
  readonly id: string;
  /** For people to read; safe to show and to save under, but no path and no key. */
  readonly name: string;
  /** One of those in `file-type.ts`. */
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
}

/** A file in the frame itself, as base64 or a data URL. */
export interface InlineFile {
  readonly kind: 'inline';
  readonly data: string;
  readonly name?: string;
}

/** A file that was uploaded before. */
export interface UploadedFile {
  readonly kind: 'uploaded';
  readonly id: string;
}

/** What a frame brings as its file. */
export type FileInput = InlineFile | UploadedFile;

const fileId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text may be the id of a file of ours. */
export const isFileId = (text: string): boolean => fileId.test(text);

/** Where members read a file, under the name that clients are given: with the session's cookie, or a bearer token. */
export const filePath = (room: string, file: Pick<MessageFile, 'id'>): string =>
  `/api/chats/${encodeURIComponent(room)}/files/${file.id}/`;

/** Reads a frame's `file`: an id of ours has hyphens, which base64 does not. */
export function fileInput(text: string, name?: string): FileInput {
  if (isFileId(text)) return { kind: 'uploaded', id: text };
  return { kind: 'inline', data: text, ...(name !== undefined && { name }) };
}

/** Largest file in a frame, in bytes; a larger one is uploaded. */
export const MAX_INLINE_BYTES = 64 * 1024;

const MAX_NAME_CODE_POINTS = 120;
const MAX_ENDING_CODE_POINTS = 12;

/**
 * The name of a file as it is kept: its last path part, without what cannot be seen (control characters, marks that
 * turn the direction of text and so hide a name's ending), at most 120 code points with its ending kept.
 */
export function cleanName(name: string, otherwise: string): string {
  const last = name.toWellFormed().normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const seen = last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu, '').replace(/^[\s.]+|[\s.]+$/gu, '');
  const points = [...seen];
  if (points.length === 0) return otherwise;
  if (points.length <= MAX_NAME_CODE_POINTS) return seen;
  const dot = points.lastIndexOf('.');
  const ending = dot > 0 && points.length - dot <= MAX_ENDING_CODE_POINTS ? points.slice(dot) : [];
  return [...points.slice(0, MAX_NAME_CODE_POINTS - ending.length), ...ending].join('');
}

const dataUrl = /^data:([^;,]*)((?:;[^;,]*)*);base64,/i;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const unreadable = () =>
  new ChatError(
    'BAD_FRAME',
    'File not read: it is not valid base64. Send it as base64 or as a base64 data URL.',
  );

/**
 * The bytes of a file in a frame, and the type that a data URL names.
 * @throws ChatError BAD_FRAME for what is no base64, FILE_TOO_LARGE above 64 KB
 */
export function decodeInline(data: string): { bytes: Uint8Array; contentType: string | undefined } {
  const head = dataUrl.exec(data);
  const encoded = head ? data.slice(head[0].length) : data;
  // Before the alphabet is checked: a refusal costs the same however long the text is.
  if (encoded.length > Math.ceil(MAX_INLINE_BYTES / 3) * 4) throw new ChatError('FILE_TOO_LARGE');
  if (encoded === '' || !base64.test(encoded)) throw unreadable();
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) throw unreadable();
  if (bytes.byteLength > MAX_INLINE_BYTES) throw new ChatError('FILE_TOO_LARGE');
  return { bytes, contentType: head?.[1]?.toLowerCase() || undefined };
}
