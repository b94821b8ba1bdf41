import type { ChatClientOptions, ClientEvents } from './chat-client-options.ts';
import { Connection, type Phase } from './connection.ts';
import { Credential } from './credential.ts';
import { Emitter } from './emitter.ts';
import { type ChatClientError, closed } from './errors.ts';
import { Leaves } from './leaves.ts';
import type { Link, Receiver, State } from './link.ts';
import { Outbox, type Unanswered } from './outbox.ts';
import { whenLive } from './ready.ts';
import { Rest } from './rest.ts';
import { Room } from './room.ts';
import type { SocketClass } from './socket.ts';
import type { Ask, Frame, FrameOf, Id, RoomDetails, RoomsPage } from './wire.ts';

interface Joined {
  readonly room: Room;
  readonly receiver: Receiver;
}

/** Where the sockets are, below the name where the pages are. */
const inbox = (url: string): string => `${url.replace(/^http/, 'ws')}/ws/chat/?reads=manual`;

/** A user's connection to the chat: one socket for all rooms. It connects at once, and again whenever it is lost. */
export class ChatClient extends Emitter<ClientEvents> {
  /** Why the state is `offline` or `refused`. */
  error: ChatClientError | undefined;
  readonly #rooms = new Map<string, Joined>();
  /** The last numbers of rooms that are not open here, so that a frame that comes twice is told once. */
  readonly #heard = new Map<string, number>();
  readonly #leaves = new Leaves();
  readonly #subscribers = new Set<() => void>();
  readonly #url: string;
  readonly #credential: Credential;
  readonly #rest: Rest;
  readonly #outbox: Outbox;
  readonly #connection: Connection;
  #phase: Phase = 'connecting';
  #state: State = 'connecting';
  #restored = false;
  #unanswered: readonly Unanswered[] = [];

  constructor({ url, token, storage, ...parts }: ChatClientOptions) {
    super();
    this.#url = url.replace(/\/+$/, '');
    this.#credential = new Credential(token);
    this.#rest = new Rest(this.#url, this.#credential, parts.fetch ?? fetch);
    this.#outbox = new Outbox(storage);
    this.#connection = new Connection({
      url: inbox(this.#url),
      credential: this.#credential,
      rest: this.#rest,
      WebSocket: parts.WebSocket ?? (WebSocket as unknown as SocketClass),
      onUser: () => this.#restore(),
      onPhase: (phase, error) => this.#phaseIs(phase, error),
      onFrame: (frame) => this.#route(frame),
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
   * that an earlier page left. Another array after each change, of which `on('unanswered')` tells.
   */
  get unanswered(): readonly Unanswered[] {
    return this.#unanswered;
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
    this.#leaves.clear();
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
    const next = [...this.#rooms.values()].flatMap(({ receiver }) => receiver.unanswered());
    const { length } = this.#unanswered;
    if (next.length === length && next.every((change, at) => change === this.#unanswered[at])) return;
    this.#unanswered = next;
    this.emit('unanswered', next);
  }

  #send(frame: Ask): boolean {
    const sent = this.#connection.send(frame);
    if (sent) this.#leaves.sent(frame);
    return sent;
  }

  /** It was left before it was opened again, and the two may be served in either order: so it joins once more. */
  #rejoin(receiver: Receiver): void {
    receiver.down();
    receiver.up();
    receiver.changed();
    this.#changed();
  }

  #ping(): void {
    if (this.#rooms.size === 0) this.#connection.send({ action: 'ping' });
    for (const { receiver } of this.#rooms.values()) receiver.ping();
  }

  #route(frame: Frame | undefined): void {
    const receivers = [...this.#rooms.values()].map(({ receiver }) => receiver);
    if (frame === undefined) for (const receiver of receivers) receiver.fault();
    else if (frame.type === 'error') this.#refused(frame, receivers);
    else if (frame.type === 'inbox') this.#tell(frame);
    else if ('room_id' in frame && frame.room_id !== undefined) {
      const open = this.#rooms.get(String(frame.room_id));
      const asked = this.#leaves.answered(frame);
      if (open && asked) this.#rejoin(open.receiver);
      else if (open) open.receiver.hear(frame);
      if (!open || frame.type === 'joined' || frame.type === 'left') this.#tellOnce(frame);
    }
  }

  /** A refusal without a room is of a frame that could not be read, or of the token. */
  #refused(error: FrameOf<'error'>, receivers: readonly Receiver[]): void {
    const { code, room_id, client_id } = error;
    if (code === 'TOKEN_EXPIRED' || code === 'UNAUTHENTICATED') return void this.#connection.renew();
    const open = room_id === undefined ? undefined : this.#rooms.get(String(room_id));
    // What is refused of a room that was left meanwhile is nothing to the others.
    if (room_id !== undefined && !open) return;
    const asked = open ? [open.receiver] : receivers;
    if (client_id !== undefined || open) asked.some((receiver) => receiver.refuse(error));
    else for (const receiver of asked) receiver.refuse(error);
  }

  #tellOnce(frame: Frame): void {
    if ('message_id' in frame && 'seq' in frame) {
      const room = String(frame.room_id);
      if (frame.seq <= (this.#heard.get(room) ?? 0)) return;
      this.#heard.set(room, frame.seq);
    }
    this.#tell(frame);
  }

  #tell(frame: Frame): void {
    this.emit(frame.type as keyof ClientEvents, frame as never);
  }
}
