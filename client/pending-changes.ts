import { ChatClientError } from './errors.ts';
import type { PendingChange } from './outbox.ts';
import { type Request, RequestQueue } from './request-queue.ts';
import type { RoomCore } from './room-core.ts';
import { byteLength, type ChangeRequest, type Frame, isEcho, type Message } from './wire.ts';

/** The server recognizes a repeat for 24 hours. One hour less allows for clocks that differ. */
const REPEATABLE_MS = 23 * 60 * 60 * 1000;
/** API Gateway closes a socket that sends a larger frame (AWS: quotas for WebSocket APIs). */
const MAX_FRAME_BYTES = 32 * 1024;

type KnownField = 'text' | 'sender_id' | 'sender_name' | 'created_at' | 'reply_to' | 'mentions' | 'type';

/**
 * A message that the server has not confirmed yet. It has no `message_id`, and no other field that the server sets.
 * @interface
 */
export type PendingMessage = Pick<Message, KnownField> & {
  /** The id that the client gave the message. The stored message has it too. */
  readonly client_id: string;
  /** Until the server confirms the message. */
  readonly status: 'pending';
} & { readonly [Field in Exclude<keyof Message, KnownField | 'client_id' | 'status'>]?: undefined };

/** Returns 128 random bits. `crypto.randomUUID` is missing on pages without HTTPS. */
const newClientId = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');

function tooLong(frame: ChangeRequest): ChatClientError | undefined {
  if (byteLength(JSON.stringify(frame)) <= MAX_FRAME_BYTES) return undefined;
  const message = 'Could not send: the frame is over 32 KB. Shorten the text, or upload a file.';
  return new ChatClientError('TOO_LONG', message);
}

function pendingMessage({ frame, at }: PendingChange, user = ''): PendingMessage[] {
  if (frame.action !== 'send') return [];
  const { client_id, message: text, reply_to, mentions, type } = frame;
  return [
    {
      client_id,
      status: 'pending',
      text,
      sender_id: user,
      created_at: new Date(at).toISOString(),
      ...(reply_to !== undefined && { reply_to: Number(reply_to) }),
      ...(mentions && { mentions }),
      ...(type && type !== 'text' && { type }),
    },
  ];
}

/** The changes of one room that the server has not answered yet, in order. Sends one at a time. */
export class PendingChanges {
  /** Messages to show as pending. Each change creates a new array. */
  messages: readonly PendingMessage[] = [];
  /** Each change creates a new array. */
  all: readonly PendingChange[] = [];
  /** Until when the server throttles this room, in milliseconds since the epoch. */
  throttledUntil: number | undefined;
  readonly queue: RequestQueue;
  /** Ids of stored messages that the room's log does not contain yet, by client id. */
  readonly #stored = new Map<string, number>();
  readonly #room: RoomCore;

  constructor(room: RoomCore) {
    this.#room = room;
    const { connection } = room.context;
    this.queue = new RequestQueue({
      send: (frame) => room.sync.isLive && connection.send(frame),
      onTimeout: () => connection.check(),
      onThrottle: (ms) => {
        this.throttledUntil = Date.now() + ms;
        room.onPendingChanges();
      },
    });
  }

  /** @throws ChatClientError with the code of the refusal */
  add(request: ChangeRequest): Promise<Frame> {
    const { id: room, context } = this.#room;
    const frame = { ...request, room_id: room, client_id: newClientId() };
    const change = { room, frame, at: Date.now() };
    context.outbox.add(change);
    return new Promise((resolve, reject) => this.#enqueue(change, { resolve, reject }));
  }

  /** Adds a change that the outbox kept from before a reload. */
  restore(change: PendingChange): void {
    this.#enqueue(change, { resolve() {}, reject() {} }, 1);
  }

  /** Hides the pending messages that the log contains up to `cursor`. */
  hideStored(cursor: number): void {
    for (const [clientId, id] of this.#stored) if (id <= cursor) this.#hide(clientId);
  }

  #enqueue(change: PendingChange, settle: Pick<Request, 'resolve' | 'reject'>, attempts = 0): void {
    const { frame, at } = change;
    const { context } = this.#room;
    const { client_id: clientId } = frame;
    const reject = (error: ChatClientError) => {
      this.#failed(change, error);
      settle.reject(error);
    };
    const error = tooLong(frame);
    if (error) {
      reject(error);
      return;
    }
    this.messages = [...this.messages, ...pendingMessage(change, context.tokens.user)];
    this.all = [...this.all, change];
    this.queue.add({
      frame,
      expiresAt: at + REPEATABLE_MS,
      attempts,
      isAnswer: (answer) => isEcho(frame, answer, context.tokens.user),
      resolve: (answer) => {
        if (answer.type === 'chat_message') this.#stored.set(clientId, answer.message.message_id);
        context.outbox.remove(clientId);
        this.#answered(clientId);
        settle.resolve(answer);
      },
      reject,
    });
    this.#room.onPendingChanges();
  }

  /** Keeps changes of a closed room or client in the outbox, for the next page. */
  #failed({ frame }: PendingChange, error: ChatClientError): void {
    this.#answered(frame.client_id);
    this.#hide(frame.client_id);
    if (error.code === 'CLOSED') return;
    this.#room.context.outbox.remove(frame.client_id);
    this.#room.onFailed(frame, error);
  }

  #answered(clientId: string): void {
    this.throttledUntil = undefined;
    this.all = this.all.filter(({ frame }) => frame.client_id !== clientId);
    this.#room.onPendingChanges();
  }

  #hide(clientId: string): void {
    this.#stored.delete(clientId);
    this.messages = this.messages.filter((each) => each.client_id !== clientId);
    this.#room.onPendingChanges();
  }
}
