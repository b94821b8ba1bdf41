import { createHash } from 'node:crypto';

/** What needs no escape in a URL and is no path: no dot, so neither `.` nor `..`. */
const plain = /^[A-Za-z0-9:_-]{1,128}$/;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * The key of a file's object: its room, then its own id, which are both ours. A room's id that could be read as a path,
 * or is longer than a key may be (AWS: 1,024 bytes), stands there as its hash.
 */
export function objectKey(room: string, file: string): string {
  return `${plain.test(room) ? room : `sha256-${sha256(room)}`}/${file}`;
}
