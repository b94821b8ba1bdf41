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

interface FileType {
  /** Shown in the browser, or only ever saved. What can hold a script is only saved. */
  readonly shown: boolean;
  readonly ending: string;
  /** What such a file starts with, in hexadecimal; absent where nothing tells it. */
  readonly start?: RegExp;
}

const mp4 = /^.{8}66747970/;
const webm = /^1a45dfa3/;
const ogg = /^4f676753/;

/** The types that are taken. A file of any other type can be sent as `application/octet-stream`. */
const fileTypes: Readonly<Record<string, FileType>> = {
  'image/png': { shown: true, ending: '.png', start: /^89504e470d0a1a0a/ },
  'image/jpeg': { shown: true, ending: '.jpg', start: /^ffd8ff/ },
  'image/gif': { shown: true, ending: '.gif', start: /^47494638(37|39)61/ },
  'image/webp': { shown: true, ending: '.webp', start: /^52494646.{8}57454250/ },
  'application/pdf': { shown: true, ending: '.pdf', start: /^255044462d/ },
  'video/mp4': { shown: true, ending: '.mp4', start: mp4 },
  'audio/mp4': { shown: true, ending: '.m4a', start: mp4 },
  'video/webm': { shown: true, ending: '.webm', start: webm },
  'audio/webm': { shown: true, ending: '.weba', start: webm },
  'audio/ogg': { shown: true, ending: '.ogg', start: ogg },
  'video/ogg': { shown: true, ending: '.ogv', start: ogg },
  'audio/mpeg': { shown: true, ending: '.mp3', start: /^(494433|fff[23ab])/ },
  'audio/wav': { shown: true, ending: '.wav', start: /^52494646.{8}57415645/ },
  'text/plain': { shown: true, ending: '.txt' },
  'application/zip': { shown: false, ending: '.zip', start: /^504b(0304|0506)/ },
  'text/csv': { shown: false, ending: '.csv' },
  'text/html': { shown: false, ending: '.html' },
  'image/svg+xml': { shown: false, ending: '.svg' },
  'application/json': { shown: false, ending: '.json' },
  'application/octet-stream': { shown: false, ending: '' },
};

/** How much of a file its type is told by, in bytes. */
const START_BYTES = 16;

/**
 * A content type without its parameters, if it is taken.
 * @throws ChatError FILE_TYPE_NOT_ALLOWED
 */
export function checkedType(contentType: string): string {
  const essence = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (Object.hasOwn(fileTypes, essence)) return essence;
  throw new ChatError('FILE_TYPE_NOT_ALLOWED');
}

const hexStart = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, START_BYTES)).toString('hex');

function isText(bytes: Uint8Array): boolean {
  try {
    return !/[\p{Cc}--[\t\n\f\r]]/v.test(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return false;
  }
}

/**
 * The type of a file by its first bytes, which must be what is claimed, if anything is.
 * @throws ChatError FILE_TYPE_NOT_ALLOWED
 */
export function typeOf(bytes: Uint8Array, claimed: string | undefined): string {
  const start = hexStart(bytes);
  if (claimed !== undefined) {
    const type = checkedType(claimed);
    if (fileTypes[type]?.start?.test(start) ?? true) return type;
    throw new ChatError(
      'FILE_TYPE_NOT_ALLOWED',
      'File not accepted: its bytes do not match its content type. Name its real content type.',
    );
  }
  const found = Object.entries(fileTypes).find(([, type]) => type.start?.test(start));
  return found?.[0] ?? (isText(bytes) ? 'text/plain' : 'application/octet-stream');
}

/** What a file without a name is called: `file.png`. */
export const plainName = (contentType: string): string => `file${fileTypes[contentType]?.ending ?? ''}`;

/** Whether a browser may show such a file, rather than save it. */
export const isShown = (contentType: string): boolean => fileTypes[contentType]?.shown ?? false;
