import { ChatError } from './errors.ts';

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
