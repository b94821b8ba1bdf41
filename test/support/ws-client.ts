import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

/** A refused upgrade, as a client other than a browser sees it. */
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

/** An open WebSocket whose frames can be awaited. A frame is parsed JSON, or text if it is not JSON. */
export interface WsClient {
  readonly protocol: string;
  /** The negotiated extensions, or an empty string. */
  readonly extensions: string;
  /** The underlying socket. */
  readonly socket: WebSocket;
  /** Sends a string as it is, anything else as JSON. */
  send(frame: unknown): void;
  /**
   * Returns the first frame, past or future, that satisfies the predicate, and removes it from the queue.
   * Rejects if none arrives within `timeoutMs`, or if the socket closes.
   */
  next(predicate?: (frame: unknown) => boolean, timeoutMs?: number): Promise<unknown>;
  /** All received frames, including those already returned. */
  frames(): readonly unknown[];
  /** Resolves to the close code and reason. */
  readonly closed: Promise<Closed>;
  /** Closes the socket and waits. 1005 means no code. */
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

/** Opens a WebSocket. Rejects with RefusedUpgrade if the server answers with an HTTP status. */
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

/** A queue of received frames and of waiting readers. */
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
        // Resolved synchronously, because two frames may arrive in one chunk.
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
