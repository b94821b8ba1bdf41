import { type ChatClientError, isDisconnect } from './errors.ts';
import { type RoomEvents, type State, whenLive } from './events.ts';
import type { Presence } from './participants.ts';
import type { PendingMessage } from './pending-changes.ts';
import type { UploadedFile, UploadOptions } from './rest.ts';
import type { RoomCore } from './room-core.ts';
import { type ChangeRequest, type FrameOf, isUser, type Message, type RoomDetails } from './wire.ts';

/** While the user types, the client sends `typing` again after this time. Other clients hide it after six seconds. */
const TYPING_REPEAT_MS = 3_000;
const MAX_HISTORY_PAGE = 50;

/**
 * The optional fields of a message. For a file, spread the result of `upload`.
 * @interface
 */
export type SendOptions = Partial<
  Pick<
    Extract<ChangeRequest, { action: 'send' }>,
    'reply_to' | 'type' | 'file' | 'file_name' | 'mentions' | 'data'
  >
>;

/**
 * What an edit changes besides the text.
 * @interface
 */
export type EditOptions = Partial<Pick<Extract<ChangeRequest, { action: 'edit' }>, 'mentions' | 'data'>>;

/**
 * A room: its messages, participants and changes. `client.room(id)` returns it.
 *
 * The client sends each change until the server answers, even after a reconnect and, with a storage, a reload. Promises
 * resolve when the server has stored the change.
 * @example
 * const room = client.room(1);
 * room.subscribe(() => render(room.messages));
 * room.on('chat_message', ({ message }) => notify(message.text));
 * const { message_id } = await room.send('Hello');
 * await room.react(message_id, '👍');
 */
export class Room {
  readonly #core: RoomCore;
  #historyPage: Promise<readonly Message[]> | undefined;
  #sentTyping = { typing: false, at: 0 };
  #seen = 0;

  /** @internal */
  constructor(core: RoomCore) {
    this.#core = core;
  }

  /** The room's id. */
  get id(): string {
    return this.#core.id;
  }

  /** Whether the room is connected, catching up, live or refused. */
  get state(): State {
    return this.#core.state;
  }

  /** Why the state is `refused`, for example NOT_A_MEMBER. */
  get error(): ChatClientError | undefined {
    return this.#core.error;
  }

  /**
   * The room's name, settings and members: as `details()` loaded them, with the changes since. Undefined before. Each
   * change creates a new object. A new member's `username` is null until `details()` loads it.
   */
  get info(): RoomDetails | undefined {
    return this.#core.info.details;
  }

  /** The messages in order, pending ones last, without deleted ones. Each change creates a new array. */
  get messages(): readonly (Message | PendingMessage)[] {
    return this.#core.messages;
  }

  /** Until when the server throttles changes, in milliseconds since the epoch. Undefined or past if it does not. */
  get throttledUntil(): number | undefined {
    return this.#core.pending.throttledUntil;
  }

  /** Whether messages are loading: the newest when the room opens, or older ones by `history`. */
  get loading(): boolean {
    const { error, sync } = this.#core;
    return this.#historyPage !== undefined || (sync.log.cursor === undefined && !error);
  }

  /** Whether `history` can load older messages. */
  get hasMore(): boolean {
    return this.#core.sync.log.hasMore;
  }

  /** The ids of the other users who are typing. Each change creates a new array. */
  get typers(): readonly string[] {
    return this.#core.participants.typing;
  }

  /** Presence changes since the room became live, by user id. Each change creates a new map. */
  get presence(): ReadonlyMap<string, Presence> {
    return this.#core.participants.presence;
  }

  /**
   * The highest read mark that the client knows for each user, by user id. Each change creates a new map. A mark that
   * covers no further message of the signed-in user may arrive only with the next `sync`.
   */
  get seenBy(): ReadonlyMap<string, number> {
    return this.#core.participants.seen;
  }

  /** Calls `listener` on each event with this name. Returns a function that removes the listener. */
  on<Name extends keyof RoomEvents>(name: Name, listener: (event: RoomEvents[Name]) => void): () => void {
    return this.#core.on(name, listener);
  }

  /** Calls `listener` after each change of anything in this room. Returns a function that ends the subscription. */
  readonly subscribe = (listener: () => void): (() => void) => this.#core.subscribe(listener);

  /** Resolves when the room has caught up. @throws ChatClientError if the room or the client is refused or closed */
  ready(): Promise<void> {
    return whenLive(this, () => this.error ?? this.#core.context.connection.error);
  }

  /**
   * Sends a message, which shows as pending at once. Resolves to the stored message.
   * @throws ChatClientError EMPTY_TEXT, TOO_LONG, MUTED, NOT_A_MEMBER, REPLY_NOT_FOUND, FILE_NOT_FOUND …
   */
  async send(text: string, options: SendOptions = {}): Promise<Message> {
    this.#sentTyping.typing = false;
    const stored = await this.#core.change({ action: 'send', message: text, ...options });
    return (stored as FrameOf<'chat_message'>).message;
  }

  /**
   * Replaces a message's text. Replaces also its mentions and its data, if the options have them: an empty list and null
   * remove them.
   * @throws ChatClientError NOT_THE_AUTHOR, MESSAGE_NOT_FOUND, EMPTY_TEXT …
   */
  async edit(message_id: number, text: string, options: EditOptions = {}): Promise<void> {
    await this.#core.change({ action: 'edit', message_id, text, ...options });
  }

  /** Deletes a message for everyone. @throws ChatClientError NOT_THE_AUTHOR, MESSAGE_NOT_FOUND … */
  async delete(message_id: number): Promise<void> {
    await this.#core.change({ action: 'delete', message_id });
  }

  /** Adds or removes a reaction of one emoji. @throws ChatClientError MESSAGE_NOT_FOUND, BAD_FRAME … */
  async react(message_id: number, emoji: string, { remove = false } = {}): Promise<void> {
    await this.#core.change({ action: 'react', message_id, emoji, remove });
  }

  /** Marks a message and all earlier ones as read. Without an id, marks the newest. @throws ChatClientError */
  async seen(message_id = this.#core.sync.log.messages.at(-1)?.message_id ?? 0): Promise<void> {
    const before = this.#seen;
    if (message_id <= before) return;
    this.#seen = message_id;
    const { sync, context, id: room_id } = this.#core;
    // The answer names a lower message if this one was deleted, which the client may not have received yet.
    const matches = (frame: FrameOf<'message_seen'>) => isUser(frame, context.tokens.user);
    try {
      await sync.request({ action: 'seen', room_id, message_id }, 'message_seen', matches);
    } catch (error) {
      this.#seen = Math.min(this.#seen, before);
      ignoreDisconnect(error as ChatClientError);
    }
  }

  /**
   * Shows the user as typing, or no longer typing. Call it on each key press: it sends a frame at most every three
   * seconds, and none while the room is not live.
   * @throws ChatClientError NOT_A_MEMBER
   */
  async typing(typing = true): Promise<void> {
    const now = Date.now();
    const { typing: wasTyping, at } = this.#sentTyping;
    const isRepeat = typing === wasTyping && (!typing || now - at < TYPING_REPEAT_MS);
    if (isRepeat || this.state !== 'live') return;
    this.#sentTyping = { typing, at: now };
    const { sync, context, id: room_id } = this.#core;
    const matches = (frame: FrameOf<'typing'>) =>
      frame.typing === typing && isUser(frame, context.tokens.user);
    const request = sync.request({ action: 'typing', room_id, typing }, 'typing', matches, 'once');
    await request.catch(ignoreDisconnect);
  }

  /**
   * Loads a page of older messages into `messages`. Resolves to them, or to an empty array if there are none.
   * @param limit at most 50
   * @throws ChatClientError if the room is refused or closed
   */
  history(limit = MAX_HISTORY_PAGE): Promise<readonly Message[]> {
    const core = this.#core;
    if (!this.#historyPage) {
      this.#historyPage = this.#loadOlder(Math.min(limit, MAX_HISTORY_PAGE)).finally(() => {
        this.#historyPage = undefined;
        core.updateState();
      });
      core.updateState();
    }
    return this.#historyPage;
  }

  /** Forgets the oldest loaded messages, so that `count` stay in `messages`. `history` loads them again. */
  trim(count: number): void {
    this.#core.sync.log.trim(count);
    this.#core.updateMessages();
  }

  /**
   * Loads the room's name, settings and members. From then on, `info` has them.
   * @throws ChatClientError NOT_A_MEMBER, UNREACHABLE
   */
  details(): Promise<RoomDetails> {
    return this.#core.info.load();
  }

  /**
   * Loads the newest messages again, for example after the user blocked another user. While the room is not live, it
   * loads them when it has caught up.
   */
  reload(): Promise<void> {
    return this.#core.sync.reload();
  }

  /**
   * Uploads a file that a message can then name.
   * @throws ChatClientError FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED, NOT_A_MEMBER, UNREACHABLE; the reason of `signal`
   * @example
   * await room.send('Notes', await room.upload(file));
   */
  upload(file: Blob, options: UploadOptions = {}): Promise<UploadedFile> {
    return this.#core.context.rest.upload(this.id, file, options);
  }

  /** Stops receiving this room's events, once all its changes are answered. The user stays a member. */
  leave(): void {
    this.#core.leave();
  }

  async #loadOlder(limit: number): Promise<readonly Message[]> {
    await this.ready();
    const core = this.#core;
    const { log } = core.sync;
    if (!log.hasMore) return [];
    const before = log.oldestId;
    const request = { action: 'history', room_id: this.id, before, limit } as const;
    const isOlder = ({ messages }: FrameOf<'history'>) =>
      messages.every(({ message_id }) => message_id < before);
    log.expectOlder();
    const page = await core.sync.request(request, 'history', isOlder);
    // The log was reset while the page was loading, so the page no longer precedes the log's messages.
    if (log.oldestId !== before) return [];
    log.addOlder(page);
    core.acceptLoaded(page.messages);
    core.updateMessages();
    return [...page.messages].reverse();
  }
}

function ignoreDisconnect(error: ChatClientError): void {
  if (!isDisconnect(error)) throw error;
}
