import { randomFillSync } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

const idBytes = 11;
const pool = Buffer.alloc(idBytes * 512);
let used = pool.length;

/**
 * Returns a new id in API Gateway's format for connections, requests and messages, like `TXzPWdnOjoECGjA=`:
 * 11 bytes in URL-safe base64 with padding. In a URL the padding is `%3D`.
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

/** Whether `text` is a well-formed connection id. API Gateway answers 400 to any other text. */
export function isConnectionId(text: string): boolean {
  return /^[\w-]{15}=$/.test(text);
}

/** An error response of API Gateway. AWS SDK clients choose the exception's class by `type`. */
export interface Rejection {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Returns an error response with the body `{"message":…}`, which most of API Gateway's errors have. */
export function rejection(status: number, type: string, message: string | null): Rejection {
  return { status, type, body: JSON.stringify({ message }) };
}

/** Returns a 403 with a capital `Message`, as API Gateway spells it (seen in architect/functions#130). */
export function accessDenied(Message: string): Rejection {
  return { status: 403, type: 'AccessDeniedException', body: JSON.stringify({ Message }) };
}

function headersOf({ type, body }: Rejection): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    'x-amzn-RequestId': requestId(),
    'x-amzn-errortype': type,
  };
}

/** Answers a request with an error. Node discards an unread body, so the client can reuse the socket. */
export function rejectRequest(response: ServerResponse, rejected: Rejection): void {
  response.writeHead(rejected.status, headersOf(rejected)).end(rejected.body);
}

/** Answers a WebSocket upgrade with an error and closes the socket. */
export function rejectUpgrade(socket: Duplex, rejected: Rejection): void {
  if (socket.destroyed) return;
  const headers = { ...headersOf(rejected), Connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const reason = STATUS_CODES[rejected.status] ?? 'Unknown';
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${rejected.status} ${reason}\r\n${lines.join('')}\r\n${rejected.body}`);
}
