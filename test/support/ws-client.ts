import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

/** An upgrade that the server refused: what a client other than a browser sees of it. */
export class RefusedUpgrade extends Error {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];

  constructor(response: IncomingMessage, body: string) {
    super(`Upgrade was refused: ${response.statusCode} ${body}`);
    this.name = 'RefusedUpgrade';
    this.status = response.statusCode ?? 0;
    this.body = body;
    this.headers = response.headers;
  }
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** An open WebSocket whose frames can be awaited. A frame is its parsed JSON, or its text if it is none. */
export interface WsClient {
  readonly protocol: string;
  /** Negotiated extensions, empty for none. */
  readonly extensions: string;
  /** The socket beneath, for what has no method here. */
  readonly socket: WebSocket;
  /** Sends a text as it is, anything else as JSON. */
  send(frame: unknown): void;
  /**
   * Takes the first frame, come or to come, that satisfies the predicate; those before it stay.
   * Rejects when none came in `timeoutMs`, or when the socket closed.
   */
  next(predicate?: (frame: unknown) => boolean, timeoutMs?: number): Promise<unknown>;
  /** All frames that came, taken or not. */
  frames(): readonly unknown[];
  /** Resolves with how the socket closed. */
  readonly closed: Promise<Closed>;
  /** Closes and waits for it; 1005 stands for no code at all. */
  close(code?: number, reason?: string): Promise<Closed>;
}

export interface ConnectOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function refused(response: IncomingMessage): Promise<RefusedUpgrade> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  return new RefusedUpgrade(response, Buffer.concat(chunks).toString());
}

/** Opens a WebSocket; rejects with RefusedUpgrade when the server answers with an HTTP status. */
export function connect(url: string, options: ConnectOptions = {}): Promise<WsClient> {
  const socket = new WebSocket(url, [...(options.protocols ?? [])], { headers: { ...options.headers } });
  const client = clientOf(socket);
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(client));
    socket.on('error', reject);
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      refused(response).then(reject, reject);
    });
  });
}

interface Waiter {
  readonly wants: (frame: unknown) => boolean;
  readonly take: (frame: unknown) => void;
  readonly fail: (why: string) => void;
}

/** Frames in the order of their coming, and those who wait for one. */
function frameQueue() {
  const all: unknown[] = [];
  const untaken: unknown[] = [];
  const waiters = new Set<Waiter>();
  let ended: string | undefined;
  return {
    all,
    add(frame: unknown) {
      all.push(frame);
      const waiter = [...waiters].find(({ wants }) => wants(frame));
      if (waiter === undefined) untaken.push(frame);
      else waiter.take(frame);
    },
    end(why: string) {
      ended = why;
      for (const waiter of waiters) waiter.fail(why);
    },
    next(wants: (frame: unknown) => boolean = () => true, timeoutMs = 25_000): Promise<unknown> {
      const index = untaken.findIndex(wants);
      if (index >= 0) return Promise.resolve(untaken.splice(index, 1)[0]);
      if (ended !== undefined) return Promise.reject(noFrame(ended, wants, all));
      return new Promise((resolve, reject) => {
        // At once and not in a later turn: two frames may come in one chunk.
        const settle = () => {
          clearTimeout(timer);
          waiters.delete(waiter);
        };
        const take = (frame: unknown) => {
          settle();
          resolve(frame);
        };
        const fail = (why: string) => {
          settle();
          reject(noFrame(why, wants, all));
        };
        const waiter: Waiter = { wants, take, fail };
        const timer = setTimeout(() => fail(`none in ${timeoutMs} ms`), timeoutMs);
        waiters.add(waiter);
      });
    },
  };
}

function noFrame(why: string, wants: (frame: unknown) => boolean, all: readonly unknown[]): Error {
  const seen = all.length === 0 ? 'none' : all.map((frame) => JSON.stringify(frame)).join(', ');
  return new Error(`Frame did not come: ${why}; waited for ${wants}, frames so far: ${seen}`);
}

function clientOf(socket: WebSocket): WsClient {
  const queue = frameQueue();
  socket.on('message', (data: Buffer) => queue.add(parsed(data.toString())));
  const closed = new Promise<Closed>((resolve) => {
    socket.once('close', (code, reason) => {
      queue.end(`the socket closed with ${code}`);
      resolve({ code, reason: reason.toString() });
    });
  });
  return {
    get protocol() {
      return socket.protocol;
    },
    get extensions() {
      return socket.extensions;
    },
    socket,
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    next: queue.next,
    frames: () => queue.all,
    closed,
    close(code, reason) {
      socket.close(code, reason);
      return closed;
    },
  };
}
