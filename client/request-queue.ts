import { ChatClientError, unreachable } from './errors.ts';
import type { ClientFrame, Frame, FrameOf } from './wire.ts';

/** Milliseconds without an answer after which a frame is sent again: a function may run for 29 s, but rarely does. */
const ANSWER_MS = 10_000;
const PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Something that is asked of the server until it has answered. */
export interface Request {
  readonly frame: ClientFrame;
  /** Its client id, where it has one: an answer or a refusal that names it is its own for certain. */
  readonly id?: string | undefined;
  /** Whether a frame without its client id answers it. Asked of the first alone, once it was sent. */
  answeredBy(frame: Frame): boolean;
  resolve(frame: Frame): void;
  reject(error: ChatClientError): void;
  /** Given up when the socket goes, instead of being sent again by the next. */
  readonly fleeting?: boolean;
  /** Given up when it is not answered, instead of being sent again. */
  readonly once?: boolean;
  /** Made by the client itself: a frame that could not be read is another one. */
  readonly sound?: boolean;
  /** When a repeat is not known as one any more, in milliseconds since the epoch. */
  readonly until?: number;
  /** How often it was sent. */
  tries?: number;
}

const expired = () =>
  new ChatClientError(
    'EXPIRED',
    'Not sent: it waited for a day, and a repeat may show twice; look, and send it anew',
  );

const idIn = (frame: Frame): string | undefined => {
  if (frame.type === 'chat_message') return frame.message.client_id;
  return 'client_id' in frame && typeof frame.client_id === 'string' ? frame.client_id : undefined;
};

const namesMessage = (frame: ClientFrame): boolean => 'message_id' in frame || frame.action === 'send';

/**
 * Requests one after the other: so they land in their order, and a refusal that names none of them belongs to the one
 * in flight.
 */
export class RequestQueue {
  #queue: Request[] = [];
  #flying = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #faults = 0;
  readonly #post: (request: Request) => boolean;
  readonly #onSilence: () => void;
  readonly #onHeld: (ms: number) => void;

  /**
   * @param post sends a request; false where it cannot go now
   * @param onSilence is told that a frame was not answered in time
   * @param onHeld is told that nothing goes out for so many milliseconds, since too much did
   */
  constructor(
    post: (request: Request) => boolean,
    onSilence: () => void,
    onHeld: (ms: number) => void = () => {},
  ) {
    this.#post = post;
    this.#onSilence = onSilence;
    this.#onHeld = onHeld;
  }

  get empty(): boolean {
    return this.#queue.length === 0;
  }

  /** Puts a request last, or first among those that are not in flight. */
  add(request: Request, first = false): void {
    if (first) this.#queue.splice(this.#flying ? 1 : 0, 0, request);
    else this.#queue.push(request);
    this.pump();
  }

  /** Sends the first request, if none is in flight. */
  pump(): void {
    const [head] = this.#queue;
    if (!head || this.#flying || this.#timer !== undefined) return;
    if (head.tries && head.until !== undefined && Date.now() > head.until) {
      this.#settle(head, () => head.reject(expired()));
    } else if (this.#post(head)) this.#fly(head);
  }

  #fly(head: Request): void {
    head.tries = (head.tries ?? 0) + 1;
    this.#flying = true;
    this.#timer = setTimeout(() => this.#silent(head), ANSWER_MS);
  }

  /** Whether a frame answered one of the requests. */
  answer(frame: Frame): boolean {
    const id = idIn(frame);
    const named = id === undefined ? undefined : this.#queue.find((each) => each.id === id);
    const [head] = this.#queue;
    const answers = head?.tries && head.answeredBy(frame) ? head : undefined;
    const request = named ?? answers;
    if (request) this.#settle(request, () => request.resolve(frame));
    return request !== undefined;
  }

  /** Whether a refusal was of one of the requests. */
  refuse({ client_id: id, room_id, code, message, retry_after_ms }: FrameOf<'error'>): boolean {
    const [head] = this.#queue;
    const meant = id === undefined ? (head?.id === undefined ? head : undefined) : this.#find(id);
    if (!meant || (meant === head && !this.#flying)) return false;
    const unread = code === 'BAD_FRAME' || code === 'ROOM_REQUIRED';
    if (meant.sound && unread && id === undefined && room_id === undefined) return false;
    // It was of a repeat, which is answered too.
    if (code === 'MESSAGE_NOT_FOUND' && !namesMessage(meant.frame)) return false;
    if (code === 'RATE_LIMITED') this.#hold(retry_after_ms ?? PAUSE_MS);
    else if (code === 'INTERNAL') this.fault();
    else this.#settle(meant, () => meant.reject(new ChatClientError(code, message, retry_after_ms)));
    return true;
  }

  /** The server failed at what is in flight: it is sent again after a pause that grows. */
  fault(): void {
    if (!this.#flying) return;
    this.#pause(Math.min(PAUSE_MS * 2 ** this.#faults++, LONGEST_PAUSE_MS));
  }

  /** The socket is gone, and with it the answer; what is of no use later is given up. */
  down(): void {
    this.#land();
    const given = this.#queue.filter((each) => each.fleeting);
    this.#queue = this.#queue.filter((each) => !each.fleeting);
    for (const each of given) each.reject(unreachable());
  }

  /** Rejects all that waits. */
  end(error: ChatClientError): void {
    this.#land();
    for (const each of this.#queue.splice(0)) each.reject(error);
  }

  #find(id: string): Request | undefined {
    return this.#queue.find((each) => each.id === id);
  }

  #silent(head: Request): void {
    this.#land();
    this.#onSilence();
    if (head.once) this.#settle(head, () => head.reject(unreachable()));
    else this.pump();
  }

  #settle(request: Request, settle: () => void): void {
    if (request === this.#queue[0]) this.#land();
    this.#queue = this.#queue.filter((each) => each !== request);
    this.#faults = 0;
    settle();
    this.pump();
  }

  #hold(ms: number): void {
    this.#pause(ms);
    this.#onHeld(ms);
  }

  #pause(ms: number): void {
    this.#land();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.pump();
    }, ms);
  }

  #land(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flying = false;
  }
}
