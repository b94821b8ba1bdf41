import type { ChatClientError } from './errors.ts';
import { checkSize } from './frame-size.ts';
import type { Link } from './link.ts';
import type { PendingChange } from './outbox.ts';
import { type Request, RequestQueue } from './request-queue.ts';
import type { ChangeRequest, Frame, FrameOf, Id, Message } from './wire.ts';

/** The server knows a repeat for a day; an hour of that is kept as a margin for clocks that differ. */
const REPEATABLE_MS = 23 * 60 * 60 * 1000;

type Known = 'text' | 'sender_id' | 'created_at' | 'reply_to' | 'type';

/** A message that was sent and is not stored yet, as far as one knows. It has no `message_id` and nothing that follows. */
export type PendingMessage = Pick<Message, Known> & {
  readonly client_id: string;
  readonly status: 'pending';
} & { readonly [Field in Exclude<keyof Message, Known | 'client_id' | 'status'>]?: undefined };

type Named = ChangeRequest & { client_id: string };

interface PendingChangesOptions {
  readonly room: string;
  readonly link: Link;
  /** Whether changes may go out: the room has caught up. */
  ready(): boolean;
  onChange(): void;
  onFailed(frame: ChangeRequest, error: ChatClientError): void;
}

/** Echoes of edits, deletes and reactions that do not name their client id are known by what they say. */
function echoes(asked: ChangeRequest, told: Frame, mine: (user: Id) => boolean): boolean {
  if (asked.action === 'send' || !('message_id' in told) || told.message_id !== asked.message_id)
    return false;
  if ('client_id' in told) return false;
  if (asked.action === 'delete') return told.type === 'message_deleted';
  // One that a later edit has overtaken is not known here; its repeat is answered by its client id.
  if (asked.action === 'edit') return told.type === 'message_edited' && told.text === asked.text;
  const same = told.type === 'message_reacted' && told.emoji === asked.emoji && mine(told.user_id);
  return same && !told.removed === !asked.remove;
}

const pendingOf = ({ frame, at }: PendingChange, user: string | undefined): PendingMessage[] =>
  frame.action !== 'send'
    ? []
    : [
        {
          client_id: frame.client_id,
          status: 'pending',
          text: frame.message,
          sender_id: user ?? '',
          created_at: new Date(at).toISOString(),
          ...(frame.reply_to !== undefined && { reply_to: Number(frame.reply_to) }),
          ...(frame.type && frame.type !== 'text' && { type: frame.type }),
        },
      ];

/** What was changed here and is not answered yet: one at a time, in the order in which it was done. */
export class PendingChanges {
  /** In their order; another array after each change. */
  pending: readonly PendingMessage[] = [];
  /** In their order; another array after each change. */
  pendingChanges: readonly PendingChange[] = [];
  /** The server has asked for patience until then, in milliseconds since the epoch. */
  throttledUntil: number | undefined;
  /** Numbers of messages that are stored, whose place in the log is not reached yet. */
  readonly #stored = new Map<string, number>();
  readonly #parts: PendingChangesOptions;
  readonly #lane: RequestQueue;

  constructor(parts: PendingChangesOptions) {
    this.#parts = parts;
    this.#lane = new RequestQueue(
      ({ frame }) => parts.ready() && parts.link.send(frame),
      () => parts.link.doubt(),
      (ms) => {
        this.throttledUntil = Date.now() + ms;
        parts.onChange();
      },
    );
  }

  get empty(): boolean {
    return this.#lane.empty;
  }

  /** @throws ChatClientError with the code of the refusal */
  add(asked: ChangeRequest): Promise<Frame> {
    const { room, link } = this.#parts;
    const frame = { ...asked, room_id: room, client_id: crypto.randomUUID() };
    const change = { room, frame, at: Date.now() };
    link.outbox.put(change);
    return new Promise((resolve, reject) => this.#put(change, { resolve, reject }));
  }

  /** Changes that an earlier page left: nobody waits for them any more. */
  restore(left: readonly PendingChange[]): void {
    const nobody = { resolve() {}, reject() {} };
    for (const change of left) this.#put(change, nobody, 1);
  }

  /** Sends what may go. */
  pump(): void {
    this.#lane.pump();
  }

  down(): void {
    this.#lane.down();
  }

  fault(): void {
    this.#lane.fault();
  }

  end(error: ChatClientError): void {
    this.#lane.end(error);
  }

  answer(frame: Frame): boolean {
    return this.#lane.answer(frame);
  }

  refuse(error: FrameOf<'error'>): boolean {
    return this.#lane.refuse(error);
  }

  /** What is in the log up to a number is pending no more. */
  reached(mark: number): void {
    for (const [id, seq] of this.#stored) if (seq <= mark) this.#forget(id);
  }

  #put(change: PendingChange, settle: Pick<Request, 'resolve' | 'reject'>, tries = 0): void {
    const { frame, at } = change;
    const { link } = this.#parts;
    try {
      checkSize(frame);
    } catch (error) {
      this.#failed(frame, error as ChatClientError);
      settle.reject(error as ChatClientError);
      return;
    }
    const mine = (user: Id) => link.user === undefined || String(user) === link.user;
    this.pending = [...this.pending, ...pendingOf(change, link.user)];
    this.pendingChanges = [...this.pendingChanges, change];
    this.#lane.add({
      frame,
      id: frame.client_id,
      until: at + REPEATABLE_MS,
      tries,
      answeredBy: (told) => echoes(frame, told, mine),
      resolve: (told) => {
        if (told.type === 'chat_message') this.#stored.set(frame.client_id, told.message.message_id);
        link.outbox.drop(frame.client_id);
        this.#answered(frame.client_id);
        settle.resolve(told);
      },
      reject: (error) => {
        this.#failed(frame, error);
        settle.reject(error);
      },
    });
    this.#parts.onChange();
  }

  /** What was closed while it waited stays in the outbox, for the next page. */
  #failed(frame: Named, error: ChatClientError): void {
    this.#answered(frame.client_id);
    this.#forget(frame.client_id);
    if (error.code === 'CLOSED') return;
    this.#parts.link.outbox.drop(frame.client_id);
    this.#parts.onFailed(frame, error);
  }

  #answered(id: string): void {
    this.throttledUntil = undefined;
    this.pendingChanges = this.pendingChanges.filter(({ frame }) => frame.client_id !== id);
    this.#parts.onChange();
  }

  #forget(id: string): void {
    this.#stored.delete(id);
    this.pending = this.pending.filter((each) => each.client_id !== id);
    this.#parts.onChange();
  }
}
