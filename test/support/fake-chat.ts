import type { ChatClientOptions, Frame, Message } from '../../client/index.ts';
import type { ClientFrame } from '../../client/wire.ts';

type Told = Extract<Frame, { seq: number; message_id: number }>;

interface Entry {
  readonly told: Told;
  readonly message: number;
}

/** A room on the server: its current messages and all changes. */
interface FakeRoom {
  seq: number;
  readonly log: Entry[];
  readonly messages: Map<number, Message>;
  readonly answered: Map<string, Frame>;
}

/** The server's end of one socket. */
export class FakeSocket {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly url: string;
  readonly token: string;
  readonly rooms = new Set<string>();
  open = false;
  readonly #chat: FakeChat;

  constructor(chat: FakeChat, url: string, protocols: string[]) {
    this.url = url;
    this.token = protocols[1] ?? '';
    this.#chat = chat;
    queueMicrotask(() => this.#shake());
  }

  send(text: string): void {
    // As API Gateway does, with code 1009.
    if (Buffer.byteLength(text) > 32 * 1024) this.cut();
    queueMicrotask(() => this.open && this.#chat.heard(JSON.parse(text) as ClientFrame, this));
  }

  close(): void {
    this.open = false;
  }

  /** Delivers a frame to the client synchronously. */
  tell(frame: object): void {
    if (this.open) this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** Cuts the socket, as a network failure does. */
  cut(): void {
    this.open = false;
    this.onclose?.(undefined as never);
  }

  #shake(): void {
    if (this.#chat.refuses(this.token)) {
      this.onerror?.(undefined as never);
      this.cut();
      return;
    }
    this.open = true;
    this.onopen?.(undefined as never);
    this.tell({ type: 'inbox', rooms: 1 });
  }
}

/** Returns an unsigned token. `exp` is in seconds since the epoch. */
export const tokenOf = (user: string, claims: { exp?: number; n?: number } = {}): string =>
  `e30.${Buffer.from(JSON.stringify({ sub: user, ...claims })).toString('base64url')}.`;

const userOf = (token: string): number =>
  Number((JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string }).sub);

const now = '2026-03-02T09:15:00.000Z';

/** An in-memory chat that answers at once as documented, unless a test intervenes. */
export class FakeChat {
  readonly sockets: FakeSocket[] = [];
  /** All received frames in order. */
  readonly asked: ClientFrame[] = [];
  /** Invalid tokens, and rooms that the caller is not a member of. */
  readonly badTokens = new Set<string>();
  readonly closedRooms = new Set<string>();
  /** Whether the network is down. */
  away = false;
  /** Drops a received frame, or an answer, if it returns true. */
  swallow: (ask: ClientFrame) => boolean = () => false;
  /** Handles a frame and loses its answer, if it returns true. */
  lose: (ask: ClientFrame) => boolean = () => false;
  /** Returns an answer that replaces the server's. */
  instead: (ask: ClientFrame, socket: FakeSocket) => object | undefined = () => undefined;
  readonly #rooms = new Map<string, FakeRoom>();
  #mute = false;

  /** Returns options for a client of this chat. */
  options(token: ChatClientOptions['token'] = tokenOf('1')): ChatClientOptions {
    const chat = this;
    class WebSocket extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(chat, url, protocols);
        chat.sockets.push(this);
      }
    }
    const fetch = async (_url: unknown, init: RequestInit = {}) => this.#fetched(new Headers(init.headers));
    return { url: 'http://chat.test', token, WebSocket, fetch: fetch as typeof globalThis.fetch };
  }

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (!last) throw new Error('No socket was opened: wait for the client');
    return last;
  }

  refuses(token: string): boolean {
    return this.away || this.badTokens.has(token);
  }

  /** Returns how many frames of an action were received. */
  count(action: ClientFrame['action']): number {
    return this.asked.filter((ask) => ask.action === action).length;
  }

  heard(ask: ClientFrame, socket: FakeSocket): void {
    this.asked.push(ask);
    if (this.swallow(ask)) return;
    const other = this.instead(ask, socket);
    this.#mute = this.lose(ask);
    if (other) socket.tell(other);
    else this.#serve(ask, socket);
    this.#mute = false;
  }

  /** Another user sends a message. With `told` false, its frame is lost. */
  say(text: string, { user = 2, room = '1', told = true, client_id = '' } = {}): number {
    this.#mute = !told;
    const { seq } = this.#said(room, text, user, client_id ? { client_id } : {});
    this.#mute = false;
    return seq;
  }

  /** Another user changes a message. */
  change(
    told: { type: string; message_id: number; [field: string]: unknown },
    { room = '1', lost = false } = {},
  ): void {
    this.#mute = lost;
    this.#changed(room, told);
    this.#mute = false;
  }

  /** Uses up a sequence number, as a refusal does. */
  burn(room = '1'): void {
    this.#room(room).seq++;
  }

  /** Returns the current state of a room. */
  texts(room = '1'): readonly string[] {
    return this.#listed(room).map(({ text }) => text);
  }

  tellAll(room: string, frame: object, author?: string): void {
    if (this.#mute) return;
    for (const socket of this.sockets) {
      if (socket.rooms.has(room))
        socket.tell({ ...this.#seenBy(socket, frame, author), room_id: Number(room) });
    }
  }

  #seenBy(socket: FakeSocket, frame: object, author?: string): object {
    const told = frame as { message?: Message };
    if (!told.message || author === String(userOf(socket.token))) return frame;
    const { client_id: _, ...message } = told.message;
    return { ...frame, message };
  }

  #fetched(headers: Headers): Response {
    if (this.away) throw new TypeError('fetch failed');
    const token = headers.get('Authorization')?.slice('Bearer '.length) ?? '';
    if (this.badTokens.has(token))
      return Response.json({ error: 'UNAUTHENTICATED', message: 'No' }, { status: 401 });
    return Response.json({ chats: [], next_cursor: null });
  }

  #room(id: string): FakeRoom {
    const room = this.#rooms.get(id) ?? { seq: 0, log: [], messages: new Map(), answered: new Map() };
    this.#rooms.set(id, room);
    return room;
  }

  #listed(id: string): readonly Message[] {
    return [...this.#room(id).messages.values()].filter(({ deleted }) => !deleted);
  }

  #serve(ask: ClientFrame, socket: FakeSocket): void {
    const room = String('room_id' in ask ? ask.room_id : '');
    const user = userOf(socket.token);
    const id = 'client_id' in ask ? ask.client_id : undefined;
    const tell = (frame: object) =>
      !this.#mute && socket.tell({ ...frame, ...(room && { room_id: Number(room) }) });
    const before = id === undefined ? undefined : this.#room(room).answered.get(`${user} ${id}`);
    const refused = { type: 'error', code: 'NOT_A_MEMBER', message: 'Not a member', client_id: id };
    if (before) tell(before);
    else if (room && this.closedRooms.has(room)) tell(refused);
    else this.#asks(ask, room, user, socket, tell);
  }

  #asksChange(
    ask: Extract<ClientFrame, { action: 'edit' | 'delete' | 'react' }>,
    room: string,
    user: number,
    tell: (frame: object) => void,
  ): void {
    const message_id = Number(ask.message_id);
    const message = this.#room(room).messages.get(message_id);
    const refused = { type: 'error', message: 'No', client_id: ask.client_id };
    if (!message || message.deleted) {
      tell({ ...refused, code: 'MESSAGE_NOT_FOUND' });
      return;
    }
    if (ask.action !== 'react' && message.sender_id !== user) {
      tell({ ...refused, code: 'NOT_THE_AUTHOR' });
      return;
    }
    const told = {
      edit: () => ({ type: 'message_edited', message_id, text: 'text' in ask ? ask.text : '' }),
      delete: () => ({ type: 'message_deleted', message_id }),
      react: () => ({
        type: 'message_reacted',
        message_id,
        user_id: user,
        emoji: 'emoji' in ask ? ask.emoji : '',
        ...('remove' in ask && ask.remove && { removed: true }),
      }),
    }[ask.action]();
    const frame = this.#changed(room, told);
    this.#room(room).answered.set(`${user} ${ask.client_id}`, frame);
  }

  #asks(
    ask: ClientFrame,
    room: string,
    user: number,
    socket: FakeSocket,
    tell: (frame: object) => void,
  ): void {
    const { seq, log, messages } = this.#room(room);
    if (ask.action === 'send') {
      const told = this.#said(room, ask.message, user, { client_id: String(ask.client_id) });
      this.#room(room).answered.set(`${user} ${ask.client_id}`, told);
    } else if (ask.action === 'edit' || ask.action === 'delete' || ask.action === 'react') {
      this.#asksChange(ask, room, user, tell);
    } else if (ask.action === 'join') {
      socket.rooms.add(room);
      tell({ type: 'joined', seq });
    } else if (ask.action === 'leave') {
      socket.rooms.delete(room);
      tell({ type: 'left' });
    } else if (ask.action === 'history') {
      const limit = ask.limit ?? 50;
      const found = this.#listed(room).filter(
        ({ message_id }) => message_id < Number(ask.before ?? Infinity),
      );
      tell({ type: 'history', messages: found.slice(-limit).reverse(), has_more: found.length > limit });
    } else if (ask.action === 'sync') {
      const since = Number(ask.since);
      const told = new Set<number>();
      const all = log
        .filter((entry) => entry.told.seq > since)
        .map((entry) => {
          const { text: _, message: __, ...bare } = entry.told as Told & { text?: string; message?: Message };
          const first = !told.has(entry.message);
          told.add(entry.message);
          return first ? { ...bare, message: messages.get(entry.message) } : bare;
        });
      tell({
        type: 'sync',
        since,
        events: all,
        seq,
        has_more: false,
        complete: true,
        receipts: [],
        seen: [],
      });
    } else if (ask.action === 'seen') {
      this.tellAll(room, { type: 'message_seen', message_id: ask.message_id, user_id: user });
    } else if (ask.action === 'typing') {
      this.tellAll(room, { type: 'typing', user_id: user, typing: ask.typing });
    } else if (ask.action === 'ping') tell({ type: 'pong', seq });
    else if (ask.action === 'authenticate') tell({ type: 'authenticated', expires_at: now });
  }

  #said(room: string, text: string, user: number, more: Partial<Message>): Told {
    const { messages, log } = this.#room(room);
    const seq = ++this.#room(room).seq;
    const message: Message = {
      message_id: seq,
      text,
      sender_id: user,
      sender_email: '',
      status: 'send',
      created_at: now,
      updated_at: now,
      ...more,
    };
    messages.set(seq, message);
    const told: Told = { type: 'chat_message', message_id: seq, message, seq };
    log.push({ told, message: seq });
    this.tellAll(room, told, String(user));
    return told;
  }

  #changed(room: string, change: { type: string; message_id: number; [field: string]: unknown }): Told {
    const state = this.#room(room);
    const message = state.messages.get(change.message_id);
    const told = { ...change, seq: ++state.seq } as unknown as Told;
    if (message) state.messages.set(message.message_id, changed(message, told));
    state.log.push({ told, message: change.message_id });
    this.tellAll(room, told);
    return told;
  }
}

function changed(message: Message, told: Told): Message {
  if (told.type === 'message_deleted') return { ...message, text: '', deleted: true };
  if (told.type === 'message_edited') return { ...message, text: told.text, edited: true };
  if (told.type !== 'message_reacted') return message;
  const users = (message.reactions?.[told.emoji] ?? []).filter((user) => user !== told.user_id);
  return {
    ...message,
    reactions: { ...message.reactions, [told.emoji]: told.removed ? users : [...users, told.user_id] },
  };
}
