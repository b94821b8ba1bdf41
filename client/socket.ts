import type { Frame } from './wire.ts';

const HANDSHAKE_MS = 15_000;
export const TICK_MS = 60_000;
/** A timer this late means that the machine slept. Browsers run the timers of hidden pages only once a minute. */
const SLEPT_MS = 150_000;
/** API Gateway and CloudFront close a socket after ten minutes without a frame. A tick may add a minute to this. */
export const LONGEST_SILENCE_MS = 8.5 * 60_000;
const PONG_MS = 5_000;

/** A WebSocket class, such as the browser's or Node's own. */
export type SocketClass = new (url: string, protocols: string[]) => Socket;

/** The part of a WebSocket that the client uses. */
export interface Socket {
  /** Called when the socket is open. */
  onopen: ((event: never) => void) | null;
  /** Called with each frame. */
  onmessage: ((event: { data: unknown }) => void) | null;
  /** Called when the socket is closed. */
  onclose: ((event: never) => void) | null;
  /** Called when the socket fails. */
  onerror: ((event: never) => void) | null;
  /** Sends a frame. */
  send(text: string): void;
  /** Closes the socket. */
  close(): void;
}

interface SocketListener {
  onOpen(): void;
  onText(text: string): void;
  /** Called when the socket fails, perhaps twice. `openedAt` is undefined if it never opened. */
  onEnd(openedAt: number | undefined): void;
}

/** Opens a socket. Returns undefined if the token contains characters that a subprotocol cannot contain. */
export function openSocket(
  WebSocket: SocketClass,
  url: string,
  token: string,
  { onOpen, onText, onEnd }: SocketListener,
): Socket | undefined {
  let socket: Socket;
  try {
    socket = new WebSocket(url, ['Bearer', token]);
  } catch {
    return undefined;
  }
  let openedAt: number | undefined;
  const end = () => {
    clearTimeout(handshake);
    onEnd(openedAt);
  };
  const handshake = setTimeout(end, HANDSHAKE_MS);
  socket.onopen = () => {
    clearTimeout(handshake);
    openedAt = Date.now();
    onOpen();
  };
  socket.onmessage = ({ data }) => onText(String(data));
  socket.onclose = end;
  socket.onerror = end;
  return socket;
}

/** Parses a frame. Returns `fault` for API Gateway's own error frame, and undefined for any other text. */
export function parseFrame(text: string): Frame | 'fault' | undefined {
  try {
    const frame = JSON.parse(text) as Frame | { requestId?: string };
    if ('type' in frame) return frame;
    return 'requestId' in frame ? 'fault' : undefined;
  } catch {
    return undefined;
  }
}

export interface HeartbeatOptions {
  /** For how long the socket may be silent before a ping, in milliseconds. */
  readonly heartbeatMs: number | undefined;
  /** Whether a ping is due for a room that has been silent for long, although other rooms have traffic. */
  isDue(now: number): boolean;
  /** Sends a ping, which the server answers. */
  ping(): void;
  /** Called if no frame arrives after a ping. */
  onDead(): void;
}

/** Keeps a socket from becoming idle, and detects a dead socket that was never closed. */
export class Heartbeat {
  #interval: ReturnType<typeof setInterval> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;
  readonly #options: HeartbeatOptions;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    this.stop();
    const silence = Math.min(this.#options.heartbeatMs ?? LONGEST_SILENCE_MS, LONGEST_SILENCE_MS);
    let lastTick = this.#heardAt;
    this.#interval = setInterval(
      () => {
        const now = Date.now();
        const isSilent = now - lastTick > SLEPT_MS || now - this.#heardAt >= silence;
        if (isSilent || this.#options.isDue(now)) this.check();
        lastTick = now;
      },
      Math.min(TICK_MS, silence / 2),
    );
  }

  stop(): void {
    clearInterval(this.#interval);
    this.frameReceived();
  }

  frameReceived(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    this.#heardAt = Date.now();
  }

  /** Pings now, for example after sleep or a network change. */
  check(): void {
    if (this.#deadline !== undefined) return;
    this.#deadline = setTimeout(() => {
      this.#deadline = undefined;
      this.#options.onDead();
    }, PONG_MS);
    this.#options.ping();
  }
}

interface Target {
  addEventListener?(type: string, listener: () => void, options: { signal: AbortSignal }): void;
}

/** Browser globals that Node and older browsers may lack. */
const environment: Target & {
  readonly document?: Target & { readonly visibilityState: string };
  readonly navigator?: { readonly connection?: Target };
} = globalThis as object;

/**
 * Calls `listener` when the network may have changed, or the page becomes visible. Returns a function that removes it.
 */
export function onNetworkChange(listener: () => void): () => void {
  const { document, navigator } = environment;
  const stop = new AbortController();
  const listen = (target: Target | undefined, type: string, handler: () => void) =>
    target?.addEventListener?.(type, handler, stop);
  listen(environment, 'online', listener);
  listen(navigator?.connection, 'change', listener);
  listen(document, 'visibilitychange', () => document?.visibilityState === 'visible' && listener());
  return () => stop.abort();
}
