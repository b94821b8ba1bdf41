import { ChatClientError } from './errors.ts';
import type { ClientFrame } from './wire.ts';

/** API Gateway closes a socket that sends a larger frame (AWS: quotas for WebSocket APIs), in bytes. */
const LARGEST_FRAME = 32 * 1024;

/** @throws ChatClientError TOO_LONG for what would cost the socket each time that it is sent */
export function checkSize(frame: ClientFrame): void {
  const bytes = new TextEncoder().encode(JSON.stringify(frame)).byteLength;
  if (bytes <= LARGEST_FRAME) return;
  const size = Math.ceil(bytes / 1024);
  throw new ChatClientError(
    'TOO_LONG',
    `Not sent: it takes ${size} KB, and 32 go at once; say less, or upload a file`,
  );
}
