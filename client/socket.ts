import type { Frame } from './wire.ts';

/** What a socket must have; that of browsers and of Node does. */
export type SocketClass = new (url: string, protocols: string[]) => Socket;

export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(): void;
}

/** `fault` for the gateway's own frame, which says that some frame may not have been served; undefined for no frame. */
export function readFrame(text: string): Frame | 'fault' | undefined {
  try {
    const frame = JSON.parse(text) as Frame | { requestId?: string };
    if ('type' in frame) return frame;
    return 'requestId' in frame ? 'fault' : undefined;
  } catch {
    return undefined;
  }
}
