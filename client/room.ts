import type { ChatClientError } from './errors.ts';
import { Emitter } from './events.ts';
import type { Link, Receiver, State } from './link.ts';
import type { Presence } from './participants.ts';
import type { PendingMessage } from './pending-changes.ts';
import { whenLive } from './ready.ts';
import { RoomCore, type RoomEvents } from './room-core.ts';
import { type ProgressListener, type UploadedFile, upload } from './upload.ts';
import type { ChangeRequest, Frame, FrameOf, Id, Message, RoomDetails } from './wire.ts';

/** Somebody who still types is told of again after so long; what they show of it fades after six seconds. */
const TYPING_MS = 3_000;
/** The most that a page of the history holds. */
const PAGE = 50;

/** What a message may have beside its text; `...(await room.upload(file))` for a file. */
export type SendOptions = Partial<
  Pick<Extract<ChangeRequest, { action: 'send' }>, 'reply_to' | 'type' | 'file' | 'file_name'>
>;

/** One room: what was said in it, who is there, and what one does in it. Made by `client.room(id)`. */
export class Room extends Emitter<RoomEvents> {
  readonly #core: RoomCore;
  #older: Promise<readonly Message[]> | undefined;
  #typed = { typing: false, at: 0 };
  #seen = 0;

  /** @internal */
  constructor(id: string, link: Link, attach: (receiver: Receiver) => void) {
    super();
    this.#core = new RoomCore(id, link, (name, value) => this.emit(name, value));
    attach(this.#core.receiver);
  }

  get id(): string {
    return this.#core.id;
  }

  /** What a page can show of this room. */
  get state(): State {
    return this.#core.state;
  }

  /** Why the state is `refused`, such as NOT_A_MEMBER. */
  get error(): ChatClientError | undefined {
    return this.#core.error;
  }

  /** In their order, without deleted ones, pending ones last. Another array after each change. */
  get messages(): readonly (Message | PendingMessage)[] {
    return this.#core.messages;
  }

  /**
   * The server was told too much in a short time: until then, in milliseconds since the epoch, what was changed here
   * waits. Undefined, or past, where nothing is held back.
   */
  get throttledUntil(): number | undefined {
    return this.#core.drafts.throttledUntil;
  }

  /** Whether `history` would bring more. */
  get hasMore(): boolean {
    return this.#core.feed.log.hasMore;
  }

  /** The ids of the others who type now. Another array after each change. */
  get typers(): readonly string[] {
    return this.#core.people.typing;
  }

  /** Who has come or gone since the room is live, by user id. Another map after each change. */
  get presence(): ReadonlyMap<string, Presence> {
    return this.#core.people.presence;
  }

  /** The last message that each has read, as far as one was told, by user id. Another map after each change. */
  get seenBy(): ReadonlyMap<string, number> {
    return this.#core.people.seen;
  }

  /** Calls a listener after whatever changed here. Gives what ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#core.subscribers.add(listener);
    return () => void this.#core.subscribers.delete(listener);
  };

  /** Resolves once nothing is missing. @throws ChatClientError with why the room, or the client, was refused */
  ready(): Promise<void> {
    return whenLive(this, () => this.error ?? this.#core.link.error);
  }

  /**
   * Says something. It shows as pending at once, and is sent until it is answered, over reconnects and, with a storage,
   * over reloads. Resolves to the stored message. @throws ChatClientError EMPTY_TEXT, TOO_LONG, MUTED, NOT_A_MEMBER …
   */
  async send(text: string, options: SendOptions = {}): Promise<Message> {
    this.#typed.typing = false;
    const stored = await this.#core.change({ action: 'send', message: text, ...options });
    return (stored as FrameOf<'chat_message'>).message;
  }

  /** Gives a message another text. @throws ChatClientError NOT_THE_AUTHOR, MESSAGE_NOT_FOUND, EMPTY_TEXT … */
  edit(message_id: number, text: string): Promise<void> {
    return this.#change({ action: 'edit', message_id, text });
  }

  /** Takes a message away, for good. @throws ChatClientError NOT_THE_AUTHOR, MESSAGE_NOT_FOUND … */
  delete(message_id: number): Promise<void> {
    return this.#change({ action: 'delete', message_id });
  }

  /** Puts one emoji under a message, or takes it back. @throws ChatClientError MESSAGE_NOT_FOUND, BAD_FRAME … */
  react(message_id: number, emoji: string, { remove = false } = {}): Promise<void> {
    return this.#change({ action: 'react', message_id, emoji, remove });
  }

  /** One has read this message and all before it; the newest, where none is named. @throws ChatClientError */
  async seen(message_id = this.#core.feed.log.messages.at(-1)?.message_id ?? 0): Promise<void> {
    const before = this.#seen;
    if (message_id <= before) return;
    this.#seen = message_id;
    const { feed, link, id: room_id } = this.#core;
    const mine = (frame: Frame): frame is FrameOf<'message_seen'> =>
      frame.type === 'message_seen' && frame.message_id >= message_id && this.#mine(frame.user_id, link.user);
    try {
      await feed.ask({ action: 'seen', room_id, message_id }, mine);
    } catch (error) {
      this.#seen = Math.min(this.#seen, before);
      unlessAway(error as ChatClientError);
    }
  }

  /**
   * One types, or does not any more. Call it at each key: no more is sent than others need, and nothing while one is
   * away. @throws ChatClientError NOT_A_MEMBER
   */
  async typing(typing = true): Promise<void> {
    const now = Date.now();
    const known = typing === this.#typed.typing && (!typing || now - this.#typed.at < TYPING_MS);
    if (known || this.state !== 'live') return;
    this.#typed = { typing, at: now };
    const { feed, link, id: room_id } = this.#core;
    const mine = (frame: Frame): frame is FrameOf<'typing'> =>
      frame.type === 'typing' && frame.typing === typing && this.#mine(frame.user_id, link.user);
    const asked = feed.ask({ action: 'typing', room_id, typing }, mine, { fleeting: true, once: true });
    await asked.catch(unlessAway);
  }

  /**
   * Loads older messages into `messages`; resolves to them, none where there are none. `limit` is at most 50.
   * @throws ChatClientError with why the room was refused
   */
  history(limit = PAGE): Promise<readonly Message[]> {
    this.#older ??= this.#load(Math.min(limit, PAGE)).finally(() => {
      this.#older = undefined;
    });
    return this.#older;
  }

  /** The room's name, kind and members. @throws ChatClientError NOT_A_MEMBER, UNREACHABLE */
  details(): Promise<RoomDetails> {
    return this.#core.link.rest.json(`/chats/${encodeURIComponent(this.id)}/`);
  }

  /**
   * Uploads a file for a message: `room.send('Notes', await room.upload(file))`.
   * @throws ChatClientError FILE_TOO_LARGE, NOT_A_MEMBER, UNREACHABLE
   */
  upload(
    file: Blob,
    { onProgress = () => {} }: { onProgress?: ProgressListener } = {},
  ): Promise<UploadedFile> {
    return upload(this.#core.link.rest, this.id, file, onProgress);
  }

  /** Hears no more of this room, once all that was changed here is answered. One stays its member. */
  leave(): void {
    this.#core.leave();
  }

  async #change(asked: ChangeRequest): Promise<void> {
    await this.#core.change(asked);
  }

  async #load(limit: number): Promise<readonly Message[]> {
    await this.ready();
    const { feed, id: room_id } = this.#core;
    const { log } = feed;
    if (!log.hasMore) return [];
    const before = log.floor;
    const isOlder = (frame: Frame): frame is FrameOf<'history'> =>
      frame.type === 'history' && frame.messages.every(({ message_id }) => message_id < before);
    log.expectOlder();
    const page = await feed.ask({ action: 'history', room_id, before, limit }, isOlder);
    // The copy was loaded anew meanwhile, and this page is not what stands before it.
    if (log.floor !== before) return [];
    log.older(page);
    this.#core.recognize(page.messages);
    this.#core.compose();
    return page.messages.toReversed();
  }

  #mine(user: Id, own: string | undefined): boolean {
    return own === undefined || String(user) === own;
  }
}

/** Nobody waits to hear that a room was closed before it could be told. */
function unlessAway(error: ChatClientError): void {
  if (error.code !== 'UNREACHABLE' && error.code !== 'CLOSED') throw error;
}
