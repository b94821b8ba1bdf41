import type { Frame } from './wire.ts';

const HANDSHAKE_MS = 15_000;
const TICK_MS = 60_000;
/** A timer this late means that the machine slept. Browsers run the timers of hidden pages only once a minute. */
const SLEPT_MS = 150_000;
/** API Gateway and CloudFront close a socket after ten minutes without a frame. */
const PING_EVERY_MS = 4 * 60_000;
const PONG_MS = 5_000;

/** A WebSocket class, such as the browser's or Node's own. */
export type SocketClass = new (url: string, protocols: string[]) => Socket;

/** The part of a WebSocket that the client uses. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
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

/** Keeps a socket from becoming idle, and detects a dead socket that was never closed. */
export class Heartbeat {
  #interval: ReturnType<typeof setInterval> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  readonly #ping: () => void;
  readonly #onDead: () => void;

  /** @param ping sends a frame that the server answers */
  constructor(ping: () => void, onDead: () => void) {
    this.#ping = ping;
    this.#onDead = onDead;
  }

  start(): void {
    this.stop();
    let lastTick = Date.now();
    let lastPing = lastTick;
    this.#interval = setInterval(() => {
      const now = Date.now();
      if (now - lastTick > SLEPT_MS || now - lastPing >= PING_EVERY_MS) {
        lastPing = now;
        this.check();
      }
      lastTick = now;
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#interval);
    this.frameReceived();
  }

  frameReceived(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  /** Pings now, for example after sleep or a network change. */
  check(): void {
    if (this.#deadline !== undefined) return;
    this.#deadline = setTimeout(() => {
      this.#deadline = undefined;
      this.#onDead();
    }, PONG_MS);
    this.#ping();
  }
}

interface Target {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/** Browser globals that Node and older browsers may lack. */
const environment: Target & {
  readonly document?: Target & { readonly visibilityState: string };
  readonly navigator?: { readonly connection?: Target };
} = globalThis as object;

/** Calls `listener` when the network may have changed, or the page becomes visible. Returns a function that removes it. */
export function onNetworkChange(listener: () => void): () => void {
  const { document, navigator } = environment;
  const onVisibility = () => {
    if (document?.visibilityState === 'visible') listener();
  };
  const events: readonly (readonly [Target | undefined, string, () => void])[] = [
    [environment, 'online', listener],
    [navigator?.connection, 'change', listener],
    [document, 'visibilitychange', onVisibility],
  ];
  const forEach = (method: keyof Target) => {
    for (const [target, type, handler] of events) target?.[method]?.(type, handler);
  };
  forEach('addEventListener');
  return () => forEach('removeEventListener');
}
