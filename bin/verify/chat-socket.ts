import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** A frame of the server. The history on connect, an array, has the type `connected`. */
export type Frame = Readonly<Record<string, unknown>>;

/** The HTTP status with which the server refused a handshake. */
export class RefusedHandshake extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the handshake was refused with ${status}`);
    this.status = status;
  }
}

export interface OpenOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
  readonly timeoutMs: number;
}

type Fits = (frame: Frame) => boolean;

/** A command that the rate limit refuses is sent again at most this many times. */
const maxRateLimited = 5;

const arrivals = new WeakMap<Frame, number>();

/** Returns when a frame arrived, as `performance.now()` does. */
export const arrivalOf = (frame: Frame): number => arrivals.get(frame) ?? Number.NaN;

/** Matches frames of a type that satisfy a predicate. */
export const typed =
  (type: string, fits: Fits = () => true): Fits =>
  (frame) =>
    frame['type'] === type && fits(frame);

/** A raw WebSocket whose frames can be awaited. It neither reconnects nor resumes, so that it hides no fault. */
export class ChatSocket {
  /** The subprotocol that the server chose, or an empty string. */
  readonly protocol: string;
  readonly #socket: WebSocket;
  readonly #timeoutMs: number;
  readonly #untaken: Frame[] = [];
  readonly #changed = new EventTarget();
  #closeCode: number | undefined;

  private constructor(socket: WebSocket, timeoutMs: number) {
    this.#socket = socket;
    this.protocol = socket.protocol;
    this.#timeoutMs = timeoutMs;
    socket.on('message', (data: Buffer) => {
      const frame = readFrame(data);
      arrivals.set(frame, performance.now());
      this.#untaken.push(frame);
      this.#changed.dispatchEvent(new Event('change'));
    });
    socket.once('close', (code) => {
      this.#closeCode = code;
      this.#changed.dispatchEvent(new Event('change'));
    });
  }

  /**
   * Opens a socket.
   * @throws RefusedHandshake when the server answers with an HTTP status
   */
  static open(url: string, { headers = {}, protocols = [], timeoutMs }: OpenOptions): Promise<ChatSocket> {
    const socket = new WebSocket(url, [...protocols], {
      headers: { ...headers },
      handshakeTimeout: timeoutMs,
    });
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.once('open', () => resolve(new ChatSocket(socket, timeoutMs)));
      socket.once('unexpected-response', (_request, response: IncomingMessage) => {
        response.resume();
        reject(new RefusedHandshake(response.statusCode ?? 0));
      });
    });
  }

  send(frame: Frame): void {
    this.#socket.send(JSON.stringify(frame));
  }

  /**
   * Returns the first frame, past or future, that fits, and removes it.
   * @param what names the frame in the error
   * @throws Error when none arrives in time, or the socket closes
   */
  async take(what: string, fits: Fits): Promise<Frame> {
    const deadline = performance.now() + this.#timeoutMs;
    for (;;) {
      const index = this.#untaken.findIndex(fits);
      const [found] = index < 0 ? [] : this.#untaken.splice(index, 1);
      if (found !== undefined) return found;
      if (this.#closeCode !== undefined) {
        throw new Error(`the socket closed with ${this.#closeCode} before ${what} arrived`);
      }
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`${what} did not arrive within ${this.#timeoutMs} ms`);
      await this.#nextChange(left);
    }
  }

  /** Drops all frames that were not taken. */
  clear(): void {
    this.#untaken.length = 0;
  }

  /** Returns how many received frames fit and were not taken. */
  count(fits: Fits): number {
    return this.#untaken.filter(fits).length;
  }

  /**
   * Sends a command and returns its answer. Waits and repeats the command when the rate limit refuses it.
   * @returns the answer, and when the accepted command was sent
   * @throws Error when the server answers with an error
   */
  async request(command: Frame, what: string, fits: Fits): Promise<{ answer: Frame; sentAt: number }> {
    for (let attempt = 1; ; attempt += 1) {
      const sentAt = performance.now();
      this.send(command);
      const answer = await this.take(what, (frame) => fits(frame) || isErrorOf(command, frame));
      if (fits(answer)) return { answer, sentAt };
      const { code = answer['message'], retry_after_ms: waitMs } = answer;
      if (code !== 'RATE_LIMITED' || attempt > maxRateLimited) {
        throw new Error(`the server answered ${String(code)} instead of ${what}`);
      }
      await sleep(Number(waitMs ?? 1_000));
    }
  }

  /** Closes the socket and waits until it is closed. */
  async close(code?: number, reason?: string): Promise<void> {
    if (this.#closeCode !== undefined) return;
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.close(code, reason);
    const timer = setTimeout(() => this.#socket.terminate(), this.#timeoutMs);
    await closed;
    clearTimeout(timer);
  }

  /** Breaks the TCP connection, without a close frame. */
  terminate(): void {
    this.#socket.terminate();
  }

  #nextChange(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      const onChange = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#changed.addEventListener('change', onChange, { once: true });
    });
  }
}

/** Whether a frame is the error of a command, or API Gateway's own error, which has no type. */
function isErrorOf(command: Frame, frame: Frame): boolean {
  if (frame['type'] === undefined) return typeof frame['connectionId'] === 'string';
  return (
    frame['type'] === 'error' &&
    (frame['client_id'] === undefined || frame['client_id'] === command['client_id'])
  );
}

function readFrame(data: Buffer): Frame {
  try {
    const parsed: unknown = JSON.parse(data.toString());
    return Array.isArray(parsed) ? { type: 'connected', messages: parsed } : Object(parsed);
  } catch {
    return { type: 'not JSON' };
  }
}
