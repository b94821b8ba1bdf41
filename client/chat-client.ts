import { Connection } from './connection.ts';
import { type ChatClientError, closed } from './errors.ts';
import { type ClientEvents, Observable, type State, whenLive } from './events.ts';
import { FrameDispatcher } from './frame-dispatcher.ts';
import { type ChatStorage, Outbox, type PendingChange } from './outbox.ts';
import { RestClient, roomPath, type Token, TokenSource, withQuery } from './rest.ts';
import type { Room } from './room.ts';
import { type RoomContext, RoomCore } from './room-core.ts';
import { RoomList } from './room-list.ts';
import type { SocketClass } from './socket.ts';
import {
  type Id,
  type MembersPage,
  type RestRoomsPage,
  type RoomDetails,
  type RoomsPage,
  roomsPage,
  type UsersPage,
} from './wire.ts';

/** The options of a client. */
export interface ChatClientOptions {
  /** The chat's address, such as `https://chat.example.com` or `http://localhost:8000`. */
  readonly url: string;
  /**
   * A token, or a function that returns a fresh one. The client calls it on each connect, and before a token expires.
   */
  readonly token: Token;
  /**
   * The user's id. Default: the claim `sub` of the token, which must be a JWT then. A chat with `ChatAuth.lambda` also
   * accepts other tokens.
   */
  readonly user?: Id;
  /** Keeps pending changes across a reload. Without it, they survive reconnects only. */
  readonly storage?: ChatStorage;
  /**
   * For how long the socket may be silent before the client pings the server, in milliseconds; at most 510,000, the
   * default. A lost connection that never closed is detected up to 65 seconds after this time. Shorter times cost more.
   */
  readonly heartbeatMs?: number;
  /** Whether the client connects at once, which is the default. If false, it waits for `connect()`. */
  readonly autoConnect?: boolean;
  /** Replaces the global WebSocket class. */
  readonly WebSocket?: SocketClass;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** The maximum number of rooms in a ping. */
const MAX_PINGED_ROOMS = 50;

/** Returns the URL without trailing slashes. */
function normalizeUrl(url: string): string {
  if (!/^https?:\/\/[^/]/.test(url)) {
    throw new TypeError('Could not create the client: its url is not an http(s) address. Pass one.');
  }
  let base = url;
  while (base.endsWith('/')) base = base.slice(0, -1);
  return base;
}

/** Which page of a list to load. */
export interface PageOptions {
  /** The `next_cursor` of the page before; undefined for the first page. */
  readonly cursor?: string | undefined;
  /** The maximum number of entries. */
  readonly limit?: number | undefined;
}

/**
 * A user's connection to the chat: one socket for all rooms. It connects at once, unless `autoConnect` is false, and
 * reconnects whenever the socket is lost, until `close`.
 * @example
 * const client = new ChatClient({ url: 'https://chat.example.com', token: () => fetchToken() });
 * const room = client.room(1);
 */
export class ChatClient extends Observable<ClientEvents> {
  /** The user's rooms with unread counts, kept up to date. It loads when something subscribes to it. */
  readonly roomList = new RoomList(this);
  readonly #rooms = new Map<string, RoomCore>();
  readonly #url: string;
  readonly #context: RoomContext;
  readonly #dispatcher: FrameDispatcher;
  #state: State = 'offline';
  #isRestored = false;
  /** The last known revision of the user's block list. */
  #blocks = Number.POSITIVE_INFINITY;
  #pendingChanges: readonly PendingChange[] = [];

  /** @throws TypeError if `url` or `token` is missing or malformed, or `heartbeatMs` is below 1,000 */
  constructor({ url, token, user, storage, heartbeatMs, autoConnect = true, ...globals }: ChatClientOptions) {
    super();
    if (heartbeatMs !== undefined && !(heartbeatMs >= 1_000)) {
      throw new TypeError('Could not create the client: heartbeatMs is below 1,000. Pass milliseconds.');
    }
    this.#url = normalizeUrl(url);
    const tokens = new TokenSource(token, user);
    // Globals are read when they are needed, because a server that renders a page may lack them.
    const rest = new RestClient(this.#url, tokens, (...request) => (globals.fetch ?? fetch)(...request));
    const connection = new Connection({
      url: `${this.#url.replace(/^http/, 'ws')}/ws/chat/?reads=manual&receipts=author&changes=all`,
      tokens,
      rest,
      socketClass: () => globals.WebSocket ?? (WebSocket as unknown as SocketClass),
      onUser: () => this.#restoreChanges(),
      onPhase: (wasOpen) => this.#phaseChanged(wasOpen),
      onFrame: (frame) => this.#dispatcher.dispatch(frame),
      heartbeat: {
        heartbeatMs,
        isDue: (now) => [...this.#rooms.values()].some((core) => core.isUnheard(now)),
        ping: () => this.#ping(),
      },
    });
    this.#context = {
      connection,
      tokens,
      rest,
      outbox: new Outbox(storage),
      onState: () => this.#updateState(),
      onEvent: (frame) => {
        this.roomList.receive(frame as never);
        if (frame.type === 'block') this.#followBlocks(frame.revision);
        else if (frame.type === 'inbox') this.#followBlocks(frame.blocks);
        this.emit(frame.type as keyof ClientEvents, frame as never);
      },
      onPendingChanges: () => this.#updatePendingChanges(),
      onFailed: (room_id, failed) => this.emit('failed', { room_id, ...failed }),
      onLeft: (room, leaveSent) => {
        if (leaveSent) this.#dispatcher.leaveSent(room);
        this.#rooms.delete(room);
        this.#updateState();
      },
    };
    this.#dispatcher = new FrameDispatcher(this.#rooms, this.#context);
    if (autoConnect) this.connect();
  }

  /** The state of the connection and of all open rooms together. */
  get state(): State {
    const { phase } = this.#context.connection;
    if (phase !== 'open') return phase;
    const isCatchingUp = [...this.#rooms.values()].some(({ state }) => state === 'catching-up');
    return isCatchingUp ? 'catching-up' : 'live';
  }

  /** Why the state is `offline` or `refused`. */
  get error(): ChatClientError | undefined {
    return this.#context.connection.error;
  }

  /** The user's id, from the option `user` or the token's `sub` claim. Undefined until the first token arrives. */
  get user(): string | undefined {
    return this.#context.tokens.user;
  }

  /**
   * The user's changes that the server has not answered yet, in all rooms, ordered within each room. With a storage,
   * also those from before the page was reloaded. The client emits `pendingChanges` whenever this array is replaced.
   */
  get pendingChanges(): readonly PendingChange[] {
    return this.#pendingChanges;
  }

  /** Resolves when all open rooms have caught up. @throws ChatClientError UNAUTHENTICATED, BANNED, CLOSED */
  ready(): Promise<void> {
    return whenLive(this, () => this.error);
  }

  /**
   * Opens a room, or returns the open one.
   * @throws TypeError for a number above `Number.MAX_SAFE_INTEGER`, which JavaScript has already rounded
   */
  room(id: Id): Room {
    if (typeof id === 'number' && !Number.isSafeInteger(id)) {
      throw new TypeError('Could not open the room: its id is not a safe integer. Pass a string.');
    }
    const core = this.#rooms.get(String(id)) ?? this.#open(String(id));
    core.isLeaving = false;
    return core.room;
  }

  /**
   * Loads a page of the user's rooms: first the pinned rooms, then the others by their latest message. Pass
   * `next_cursor` for the next page, or `hidden: true` for the rooms that the user has hidden.
   * @throws ChatClientError
   */
  async rooms(page: PageOptions & { readonly hidden?: boolean } = {}): Promise<RoomsPage> {
    return roomsPage(await this.#loadPage<RestRoomsPage>('/chats/', page));
  }

  /**
   * Creates a room with the user and the given members. Returns the existing room if the two users have a direct room.
   * @example const { id } = await client.createRoom({ name: 'Lunch', members: [2, 3] });
   */
  createRoom(
    options:
      | {
          name?: string;
          members?: readonly Id[];
          access?: 'members' | 'open';
          data?: RoomDetails['data'] & {};
        }
      | { kind: 'direct'; members: [Id] | [Id, Id] },
  ): Promise<RoomDetails> {
    return this.#context.rest.json('/chats/', options);
  }

  /**
   * Loads a page of a room's members, at most 500, in the order of their ids. Pass `next_cursor` for the next page.
   * @throws ChatClientError NOT_A_MEMBER, UNREACHABLE
   */
  members(room: Id, page: PageOptions = {}): Promise<MembersPage> {
    return this.#loadPage(`${roomPath(room)}members/`, page);
  }

  /**
   * Finds people whose name, or a word of it, begins with `query`, or whose id is `query`. The chat's setting
   * `directory` limits which people a user can find. Pass `next_cursor` for the next page.
   * @throws ChatClientError DIRECTORY_OFF, BAD_REQUEST for an empty query, RATE_LIMITED, UNREACHABLE
   */
  searchUsers(query: string, page: PageOptions = {}): Promise<UsersPage> {
    return this.#loadPage('/users/', { query, ...page });
  }

  /**
   * Accepts a room whose `request` is true: a stranger added the user. Writing in the room accepts it too.
   * @throws ChatClientError NOT_A_MEMBER, UNREACHABLE
   */
  acceptRequest(room: Id): Promise<void> {
    return this.#answerRequest(room, 'accept');
  }

  /**
   * Declines a room whose `request` is true. The room leaves the user's list.
   * @throws ChatClientError NOT_A_MEMBER, NO_REQUEST if the user has accepted the room, UNREACHABLE
   */
  declineRequest(room: Id): Promise<void> {
    return this.#answerRequest(room, 'decline');
  }

  /**
   * Returns a URL of a message's file for links and pictures. It needs no token and is valid for five minutes.
   * @example link.href = await client.fileUrl(message.file_url);
   */
  async fileUrl(path: string): Promise<string> {
    return (await this.#context.rest.fileLink(path)).url;
  }

  /** Fetches a path of the chat with the token, such as a message's `file_url`. @throws ChatClientError unless 2xx */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return this.#context.rest.fetch(path, init);
  }

  /** Loads the newest messages of all open rooms, and the list of rooms, again. */
  async reload(): Promise<void> {
    const lists = this.roomList.isLoaded ? [this.roomList.reload()] : [];
    await Promise.all([...lists, ...[...this.#rooms.values()].map(({ sync }) => sync.reload())]);
  }

  /** Connects, even after `close` or after the server refused the token or the user. Does nothing while connected. */
  connect(): void {
    for (const core of this.#rooms.values()) core.updateState();
    this.#context.connection.start();
  }

  /**
   * Closes the socket and rejects pending changes with CLOSED. They stay in the storage for a later page, unless
   * `forget` is set, as for signing out.
   */
  close({ forget = false }: { forget?: boolean } = {}): void {
    this.#context.connection.stop();
    for (const core of this.#rooms.values()) core.close(closed());
    if (forget) this.#context.outbox.clear();
  }

  #loadPage<T>(path: string, query: object): Promise<T> {
    return this.#context.rest.json(withQuery(path, query));
  }

  async #answerRequest(room: Id, answer: string): Promise<void> {
    await this.fetch(`/api${roomPath(room)}${answer}/`, { method: 'POST' });
  }

  #open(id: string): RoomCore {
    const core = new RoomCore(id, this.#context);
    this.#rooms.set(id, core);
    if (this.#context.connection.phase === 'open') core.connect();
    core.updateState();
    // A component may open a room while React renders it, and React forbids state updates during rendering.
    queueMicrotask(() => this.#updateState());
    return core;
  }

  /** Queues the changes from before a reload, ahead of the new changes of this page. */
  async #restoreChanges(): Promise<void> {
    if (this.#isRestored) return;
    this.#isRestored = true;
    const changes = await this.#context.outbox.open(`parley:${this.#url}:${this.user ?? ''}`);
    for (const change of changes) {
      this.room(change.room);
      this.#rooms.get(change.room)?.pending.restore(change);
    }
  }

  #phaseChanged(wasOpen: boolean): void {
    this.#dispatcher.reset();
    for (const core of [...this.#rooms.values()]) {
      if (this.#context.connection.phase === 'open') core.connect();
      else if (wasOpen) core.disconnect();
      core.updateState();
    }
    this.#updateState();
  }

  #updateState(): void {
    const { state } = this;
    if (state === this.#state) return;
    this.#state = state;
    this.emit('state', state);
    this.notify();
  }

  #updatePendingChanges(): void {
    const before = this.#pendingChanges;
    const next = [...this.#rooms.values()].flatMap((core) => core.pending.all);
    if (next.length === before.length && next.every((change, index) => change === before[index])) return;
    this.#pendingChanges = next;
    this.emit('pendingChanges', next);
  }

  /** Loads everything again if the user's block list changed, on any device, maybe while this client was offline. */
  #followBlocks(revision = 0): void {
    if (revision > this.#blocks) void this.reload();
    this.#blocks = revision;
  }

  /** Pings the server. `pong` reveals missed changes in all open rooms. */
  #ping(): void {
    const rooms = [...this.#rooms.values()].filter((core) => core.pinged()).map(({ id }) => id);
    do this.#context.connection.send({ action: 'ping', rooms: rooms.splice(0, MAX_PINGED_ROOMS) });
    while (rooms.length > 0);
  }
}
