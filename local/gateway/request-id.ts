import { randomFillSync } from 'node:crypto';

const idBytes = 11;
const pool = Buffer.alloc(idBytes * 512);
let used = pool.length;

/**
 * An id as API Gateway gives to connections, requests and messages, like `TXzPWdnOjoECGjA=`:
 * 11 bytes in URL-safe base64, and with the padding, so a URL has it as `%3D`.
 */
export function requestId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const id = pool.toString('base64url', used, used + idBytes);
  used += idBytes;
  return `${id}=`;
}

/** Whether `text` has the form of a connection id. API Gateway answers 400 to any other, 410 to an unknown one. */
export function isConnectionId(text: string): boolean {
  return /^[\w-]{15}=$/.test(text);
}
