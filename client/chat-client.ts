import type { ChatClientOptions, ClientEvents } from './chat-client-options.ts';
import { Connection, type Phase } from './connection.ts';
import { TokenSource } from './credential.ts';
import { type ChatClientError, closed } from './errors.ts';
import { Emitter } from './events.ts';
import { FrameDispatcher } from './frame-dispatcher.ts';
import type { Link, Receiver, State } from './link.ts';
import { Outbox, type PendingChange } from './outbox.ts';
import { whenLive } from './ready.ts';
import { Rest } from './rest.ts';
import { Room } from './room.ts';
import type { SocketClass } from './socket.ts';
import type { ClientFrame, Frame, Id, RoomDetails, RoomsPage } from './wire.ts';

interface Joined {
  readonly room: Room;
  readonly receiver: Receiver;
}

/** Where the sockets are, below the name where the pages are. */
const inbox = (url: string): string => `${url.replace(/^http/, 'ws')}/ws/chat/?reads=manual`;

/** The edge's name without a slash at its end. */
function edgeOf(url: string): string {
  if (/^https?:\/\/[^/]/.test(url)) return url.replace(/\/+$/, '');
  throw new TypeError(
    'No client was made: its url is none of an edge; give one such as https://chat.example.com',
  );
}

/** A user's connection to the chat: one socket for all rooms. It connects at once, and again whenever it is lost. */
export class ChatClient extends Emitter<ClientEvents> {
  /** Why the state is `offline` or `refused`. */
  error: ChatClientError | undefined;
  readonly #rooms = new Map<string, Joined>();
  readonly #subscribers = new Set<() => void>();
  readonly #url: string;
  readonly #credential: TokenSource;
  readonly #rest: Rest;
  readonly #outbox: Outbox;
  readonly #connection: Connection;
  readonly #router = new FrameDispatcher({
    rooms: this.#rooms,
    onToken: () => void this.#connection.renew(),
    tell: (frame) => this.#tell(frame),
    changed: () => this.#changed(),
  });
  #phase: Phase = 'connecting';
  #state: State = 'connecting';
  #restored = false;
  #pendingChanges: readonly PendingChange[] = [];

  /** @throws TypeError where there is no such url, or no token */
  constructor({ url, token, storage, ...parts }: ChatClientOptions) {
    super();
    this.#url = edgeOf(url);
    this.#credential = new TokenSource(token);
    this.#rest = new Rest(this.#url, this.#credential, parts.fetch ?? fetch);
    this.#outbox = new Outbox(storage);
    this.#connection = new Connection({
      url: inbox(this.#url),
      credential: this.#credential,
      rest: this.#rest,
      WebSocket: parts.WebSocket ?? (WebSocket as unknown as SocketClass),
      onUser: () => this.#restore(),
      onPhase: (phase, error) => this.#phaseIs(phase, error),
      onFrame: (frame) => this.#router.route(frame),
      ping: () => this.#ping(),
    });
    this.connect();
  }

  /** What a page can show. */
  get state(): State {
    if (this.#phase !== 'open') return this.#phase;
    const catching = [...this.#rooms.values()].some(({ room }) => room.state === 'catching-up');
    return catching ? 'catching-up' : 'live';
  }

  /** The id of the user whose token it is; undefined until the first token came. */
  get user(): string | undefined {
    return this.#credential.user;
  }

  /**
   * Changes in all rooms that are asked for and not answered, in their order in each room; with a storage also those
   * that an earlier page left. Another array after each change, of which `on('pendingChanges')` tells.
   */
  get pendingChanges(): readonly PendingChange[] {
    return this.#pendingChanges;
  }

  /** Calls a listener after each change of `state`. Gives what ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#subscribers.add(listener);
    return () => void this.#subscribers.delete(listener);
  };

  /** Resolves once no open room misses anything. @throws ChatClientError UNAUTHENTICATED */
  ready(): Promise<void> {
    return whenLive(this);
  }

  /** Opens a room, or gives the one that is open. */
  room(id: Id): Room {
    const key = String(id);
    const open = this.#rooms.get(key);
    open?.receiver.stay();
    return open?.room ?? this.#open(key);
  }

  /** A page of one's rooms, latest first; `next_cursor` asks for the next. @throws ChatClientError */
  rooms({ cursor, limit }: { cursor?: string; limit?: number } = {}): Promise<RoomsPage> {
    const query = new URLSearchParams({
      ...(cursor !== undefined && { cursor }),
      ...(limit !== undefined && { limit: String(limit) }),
    });
    return this.#rest.json(`/chats/?${query}`);
  }

  /** Makes a room of oneself and others; a direct one is the same whenever the same two make it. @throws ChatClientError */
  createRoom(
    wish:
      | { name?: string; members?: readonly Id[]; access?: 'members' | 'open' }
      | { kind: 'direct'; members: [Id] },
  ): Promise<RoomDetails> {
    return this.#rest.json('/chats/', wish);
  }

  /** Fetches from the edge with the token, such as a message's `file_url`. @throws ChatClientError for all but 2xx */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return this.#rest.fetch(path, init);
  }

  /** Connects anew after `close`, or after it was refused; without effect while it is connected. */
  connect(): void {
    for (const { receiver } of this.#rooms.values()) receiver.changed();
    this.#connection.start();
  }

  /**
   * Closes the socket. What was not answered is rejected with CLOSED, and stays in the storage, unless it is to be
   * forgotten: then nothing of what this user wrote is left there, and it is not sent by a later page.
   */
  close({ forget = false }: { forget?: boolean } = {}): void {
    this.#connection.stop();
    for (const { receiver } of this.#rooms.values()) receiver.end(closed());
    if (forget) this.#outbox.clear();
  }

  #open(id: string): Room {
    let receiver: Receiver | undefined;
    const room = new Room(id, this.#linkOf(id), (given) => {
      receiver = given;
    });
    if (receiver) {
      this.#rooms.set(id, { room, receiver });
      if (this.#phase === 'open') receiver.up();
      receiver.changed();
    }
    // A component may open a room while it renders, when nobody may be told of anything.
    queueMicrotask(() => this.#changed());
    return room;
  }

  #linkOf(id: string): Link {
    const phase = (): State => (this.#phase === 'open' ? 'live' : this.#phase);
    const client = this;
    return {
      get user() {
        return client.user;
      },
      get state() {
        return phase();
      },
      get error() {
        return client.error;
      },
      outbox: this.#outbox,
      rest: this.#rest,
      send: (frame) => this.#send(frame),
      doubt: () => this.#connection.check(),
      changed: () => this.#changed(),
      tell: (frame) => this.#tell(frame),
      waits: () => this.#waits(),
      failed: (frame, error) => this.emit('failed', { room_id: id, frame, error }),
      forget: () => {
        this.#rooms.delete(id);
        this.#changed();
      },
    };
  }

  /** What an earlier page left goes out before what this one adds. */
  async #restore(): Promise<void> {
    if (this.#restored) return;
    this.#restored = true;
    const left = await this.#outbox.open(`parley:${this.#url}:${this.user ?? ''}`);
    const rooms = Map.groupBy(left, ({ room }) => room);
    for (const [id, changes] of rooms) {
      this.room(id);
      this.#rooms.get(id)?.receiver.restore(changes);
    }
  }

  #phaseIs(phase: Phase, error: ChatClientError | undefined): void {
    const was = this.#phase;
    this.#phase = phase;
    this.error = error;
    this.#router.clear();
    for (const { receiver } of [...this.#rooms.values()]) {
      if (phase === 'open') receiver.up();
      else if (was === 'open') receiver.down();
      receiver.changed();
    }
    this.#changed();
  }

  #changed(): void {
    const { state } = this;
    if (state === this.#state) return;
    this.#state = state;
    this.emit('state', state);
    for (const listener of [...this.#subscribers]) listener();
  }

  #waits(): void {
    const next = [...this.#rooms.values()].flatMap(({ receiver }) => receiver.pendingChanges());
    const { length } = this.#pendingChanges;
    if (next.length === length && next.every((change, at) => change === this.#pendingChanges[at])) return;
    this.#pendingChanges = next;
    this.emit('pendingChanges', next);
  }

  #send(frame: ClientFrame): boolean {
    const sent = this.#connection.send(frame);
    if (sent) this.#router.sent(frame);
    return sent;
  }

  #ping(): void {
    const pinged = [...this.#rooms.values()].filter(({ receiver }) => receiver.ping());
    if (pinged.length === 0) this.#connection.send({ action: 'ping' });
  }

  #tell(frame: Frame): void {
    this.emit(frame.type as keyof ClientEvents, frame as never);
  }
}
