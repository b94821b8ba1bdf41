import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { requestId } from './request-id.ts';

/** An error answer of API Gateway. The SDK takes the exception's class from `type`. */
export interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** `{"message":…}`, the form of most of API Gateway's own errors. */
export function refusal(status: number, type: string, message: string | null): Refusal {
  return { status, type, body: JSON.stringify({ message }) };
}

function headersOf({ type, body }: Refusal): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    'x-amzn-RequestId': requestId(),
    'x-amzn-errortype': type,
  };
}

/** Answers a request with an error. Node lets a body that nobody read pass, so the socket can be used again. */
export function refuseRequest(response: ServerResponse, refused: Refusal): void {
  response.writeHead(refused.status, headersOf(refused)).end(refused.body);
}

/** Answers a WebSocket upgrade with an error instead of 101, and ends the socket. */
export function refuseUpgrade(socket: Duplex, refused: Refusal): void {
  if (socket.destroyed) return;
  const headers = { ...headersOf(refused), Connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const reason = STATUS_CODES[refused.status] ?? 'Unknown';
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${refused.status} ${reason}\r\n${lines.join('')}\r\n${refused.body}`);
}
