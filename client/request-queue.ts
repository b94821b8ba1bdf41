import { ChatClientError, unreachable } from './errors.ts';
import type { ClientFrame, Frame, FrameOf } from './wire.ts';

/**
 * How long to wait for an answer before sending the frame again. A Lambda function may run for 29 s, but rarely does.
 */
const ANSWER_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * - `load`: loads missed changes, before other requests. The frame is known to be valid, so a `BAD_FRAME` or
 *   `ROOM_REQUIRED` without ids refuses another frame.
 * - `once`: is rejected if no answer arrives, instead of being sent again.
 *
 * The queue rejects requests of both kinds when the socket closes, instead of sending them over the next socket.
 */
export type RequestKind = 'load' | 'once' | undefined;

/** A frame that expects an answer. */
export interface Request {
  readonly frame: ClientFrame;
  readonly kind?: RequestKind;
  /** Whether a frame without this client id is the answer. Called only for the first request, after it was sent. */
  isAnswer(frame: Frame): boolean;
  resolve(frame: Frame): void;
  reject(error: ChatClientError): void;
  /** When the server may stop recognizing a repeat, in milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** How many times the client has sent the frame. */
  attempts?: number;
}

/** A `chat_message` has its client id in the message. */
const clientIdOf = (frame: Frame): string | undefined => {
  if (frame.type === 'chat_message') return frame.message.client_id;
  return 'client_id' in frame ? frame.client_id : undefined;
};

interface RequestQueueOptions {
  /** Sends a frame. Returns false if it cannot be sent now. */
  send(frame: ClientFrame): boolean;
  /** Called when no answer arrived in time. */
  onTimeout(): void;
  /** Called when the server asks to wait. */
  onThrottle?(ms: number): void;
}

/**
 * Sends requests one at a time, and repeats each until the server answers. The server therefore stores changes in
 * order, and a refusal without a client id belongs to the request in flight.
 */
export class RequestQueue {
  #requests: Request[] = [];
  #inFlight = false;
  /** Runs until an answer must have arrived or, between requests, until a pause ends. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  readonly #options: RequestQueueOptions;

  constructor(options: RequestQueueOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#requests.length === 0;
  }

  /** Adds a request at the end. A load goes directly after the request in flight. */
  add(request: Request): void {
    if (request.kind === 'load') this.#requests.splice(this.#inFlight ? 1 : 0, 0, request);
    else this.#requests.push(request);
    this.sendNext();
  }

  /** Sends the first request, unless one is in flight or the queue is paused. */
  sendNext(): void {
    const [first] = this.#requests;
    if (!first || this.#timer !== undefined) return;
    if (first.attempts && first.expiresAt !== undefined && Date.now() > first.expiresAt) {
      const message = 'Could not send: the change waited for almost a day. Send it again.';
      this.#finish(first, () => first.reject(new ChatClientError('EXPIRED', message)));
    } else if (this.#options.send(first.frame)) {
      first.attempts = (first.attempts ?? 0) + 1;
      this.#inFlight = true;
      this.#timer = setTimeout(() => this.#timeOut(first), ANSWER_MS);
    }
  }

  /** Resolves the request that a frame answers. Returns whether there is such a request. */
  accept(frame: Frame): boolean {
    const id = clientIdOf(frame);
    const [first] = this.#requests;
    const request = this.#find(id) ?? (first?.attempts && first.isAnswer(frame) ? first : undefined);
    if (request) this.#finish(request, () => request.resolve(frame));
    return request !== undefined;
  }

  /** Rejects, or repeats later, the request that a refusal belongs to. Returns whether there is such a request. */
  refuse({ client_id: id, room_id, code, message, retry_after_ms }: FrameOf<'error'>): boolean {
    const [first] = this.#requests;
    const isNameless = id === undefined && first && !('client_id' in first.frame);
    const request = isNameless ? first : this.#find(id);
    if (!request || (request === first && !this.#inFlight)) return false;
    if (id === undefined) {
      const isMalformed = code === 'BAD_FRAME' || code === 'ROOM_REQUIRED';
      if (isMalformed && request.kind === 'load' && room_id === undefined) return false;
      // The refusal is of an earlier attempt at a request that was already answered.
      if (code === 'MESSAGE_NOT_FOUND' && !('message_id' in request.frame)) return false;
    }
    if (code === 'RATE_LIMITED') {
      const ms = retry_after_ms ?? FIRST_PAUSE_MS;
      this.#pause(ms);
      this.#options.onThrottle?.(ms);
    } else if (code === 'INTERNAL') this.retryLater();
    else this.#finish(request, () => request.reject(new ChatClientError(code, message, retry_after_ms)));
    return true;
  }

  /** Repeats the request in flight after a pause that doubles with each failure. */
  retryLater(): void {
    if (!this.#inFlight) return;
    this.#pause(Math.min(FIRST_PAUSE_MS * 2 ** this.#failures++, LONGEST_PAUSE_MS));
  }

  /** Handles a closed socket: rejects the requests that do not wait for the next one. */
  disconnect(): void {
    this.#stopTimer();
    const dropped = this.#requests.filter(({ kind }) => kind);
    this.#requests = this.#requests.filter(({ kind }) => !kind);
    for (const each of dropped) each.reject(unreachable());
  }

  /** Rejects all requests. */
  close(error: ChatClientError): void {
    this.#stopTimer();
    for (const each of this.#requests.splice(0)) each.reject(error);
  }

  #find(id: string | undefined): Request | undefined {
    return this.#requests.find(({ frame }) => 'client_id' in frame && frame.client_id === id);
  }

  #timeOut(request: Request): void {
    this.#stopTimer();
    this.#options.onTimeout();
    if (request.kind === 'once') this.#finish(request, () => request.reject(unreachable()));
    else this.sendNext();
  }

  #finish(request: Request, settle: () => void): void {
    if (request === this.#requests[0]) this.#stopTimer();
    this.#requests = this.#requests.filter((each) => each !== request);
    this.#failures = 0;
    settle();
    this.sendNext();
  }

  #pause(ms: number): void {
    this.#stopTimer();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.sendNext();
    }, ms);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#inFlight = false;
  }
}
