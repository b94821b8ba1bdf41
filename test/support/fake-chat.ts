import type { ChatClientOptions, Frame, Message } from '../../client/index.ts';
import {
  type ChangeRequest,
  type ClientFrame,
  isMessageType,
  type LoggedChange,
  reactorsOf,
} from '../../client/wire.ts';

/** A room on the server: its current messages, all changes, and the answers by user and `client_id`. */
interface FakeRoom {
  seq: number;
  readonly log: LoggedChange[];
  readonly messages: Map<number, Message>;
  readonly answers: Map<string, Frame>;
}

/** The server's end of one socket. */
class FakeSocket {
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
    queueMicrotask(() => this.#handshake());
  }

  send(text: string): void {
    // API Gateway closes a socket that sends a longer frame, with code 1009.
    if (Buffer.byteLength(text) > 32 * 1024) this.disconnect();
    queueMicrotask(() => this.open && this.#chat.receive(JSON.parse(text) as ClientFrame, this));
  }

  close(): void {
    this.open = false;
  }

  /** Delivers a frame to the client synchronously. */
  deliver(frame: object): void {
    if (this.open) this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** Closes the socket as a network failure does. */
  disconnect(): void {
    this.open = false;
    this.onclose?.(undefined as never);
  }

  #handshake(): void {
    if (this.#chat.refuses(this.token)) {
      this.onerror?.(undefined as never);
      this.disconnect();
      return;
    }
    this.open = true;
    this.onopen?.(undefined as never);
    this.deliver({ type: 'inbox', rooms: 1, ...(this.#chat.blocks > 0 && { blocks: this.#chat.blocks }) });
  }
}

/** Returns an unsigned token. `exp` is in seconds since the epoch. */
export const tokenOf = (user: string, claims: { exp?: number; n?: number } = {}): string =>
  `e30.${Buffer.from(JSON.stringify({ sub: user, ...claims })).toString('base64url')}.`;

const userOf = (token: string): number =>
  Number((JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string }).sub);

const now = '2026-03-02T09:15:00.000Z';

/** The frame of a change without its sequence number. */
interface NewChange {
  readonly type: string;
  readonly message_id?: number;
  readonly [field: string]: unknown;
}

/** An in-memory chat that answers immediately, as the protocol documents, unless a test changes its behaviour. */
export class FakeChat {
  readonly sockets: FakeSocket[] = [];
  /** All received frames in order. */
  readonly received: ClientFrame[] = [];
  readonly invalidTokens = new Set<string>();
  /** Whether the user is banned. */
  banned = false;
  /** Rooms that the user is not a member of. */
  readonly forbiddenRooms = new Set<string>();
  /** The revision of the user's block list. */
  blocks = 0;
  /** Whether the network is down. */
  offline = false;
  /** If this function returns true, the fake chat ignores the frame. */
  dropFrame: (frame: ClientFrame) => boolean = () => false;
  /** If this function returns true, the fake chat handles the frame but sends no answer. */
  dropAnswer: (frame: ClientFrame) => boolean = () => false;
  /** If this function returns a frame, the fake chat sends it and does not handle the received frame. */
  answerWith: (frame: ClientFrame, socket: FakeSocket) => object | undefined = () => undefined;
  readonly #rooms = new Map<string, FakeRoom>();
  #muted = false;

  /** Returns options for a client of this chat. */
  options(token: ChatClientOptions['token'] = tokenOf('1')): ChatClientOptions {
    const chat = this;
    class WebSocket extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(chat, url, protocols);
        chat.sockets.push(this);
      }
    }
    const fetch = async (_url: unknown, init: RequestInit = {}) => this.#fetch(new Headers(init.headers));
    return { url: 'http://chat.test', token, WebSocket, fetch: fetch as typeof globalThis.fetch };
  }

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (!last) throw new Error('Socket not found: the client has opened none yet. Wait for it.');
    return last;
  }

  /** Whether a handshake with this token fails. */
  refuses(token: string): boolean {
    return this.offline || this.banned || this.invalidTokens.has(token);
  }

  /** Changes the user's block list on another device. */
  changeBlocks(user_id: number, blocked: boolean): void {
    this.blocks++;
    this.socket.deliver({ type: 'block', user_id, blocked, revision: this.blocks });
  }

  /** Returns how many frames of an action were received. */
  count(action: ClientFrame['action']): number {
    return this.received.filter((frame) => frame.action === action).length;
  }

  receive(frame: ClientFrame, socket: FakeSocket): void {
    this.received.push(frame);
    if (this.dropFrame(frame)) return;
    const answer = this.answerWith(frame, socket);
    this.#muted = this.dropAnswer(frame);
    if (answer) socket.deliver(answer);
    else this.#handle(frame, socket);
    this.#muted = false;
  }

  /** Stores a message of another user. Returns its id. With `delivered` false, its frame is lost. */
  addMessage(text: string, { user = 2, room = '1', delivered = true, client_id = '' } = {}): number {
    this.#muted = !delivered;
    const { seq } = this.#send(room, text, user, client_id ? { client_id } : {});
    this.#muted = false;
    return seq;
  }

  /** Stores another user's change of a message or of the room. With `lost`, its frame is lost. */
  addChange(change: NewChange, { room = '1', lost = false } = {}): void {
    this.#muted = lost;
    this.#change(room, change);
    this.#muted = false;
  }

  /** Uses a sequence number without a change, as a refused write does. */
  voidSequence(room = '1'): void {
    this.#room(room).seq++;
  }

  /** Returns the texts of a room's messages. */
  texts(room = '1'): readonly string[] {
    return this.#undeleted(room).map(({ text }) => text);
  }

  /** Delivers a frame to all sockets in a room. Only the author's sockets get a message's `client_id`. */
  broadcast(room: string, frame: object, author?: string): void {
    if (this.#muted) return;
    for (const socket of this.sockets) {
      if (!socket.rooms.has(room)) continue;
      const visible = author === String(userOf(socket.token)) ? frame : withoutClientId(frame);
      socket.deliver({ ...visible, room_id: Number(room) });
    }
  }

  #fetch(headers: Headers): Response {
    if (this.offline) throw new TypeError('fetch failed');
    const token = headers.get('Authorization')?.slice('Bearer '.length) ?? '';
    if (this.invalidTokens.has(token))
      return Response.json({ error: 'UNAUTHENTICATED', message: 'No' }, { status: 401 });
    if (this.banned) return Response.json({ error: 'BANNED', message: 'Banned' }, { status: 403 });
    return Response.json({ chats: [], next_cursor: null });
  }

  #room(id: string): FakeRoom {
    const room = this.#rooms.get(id) ?? { seq: 0, log: [], messages: new Map(), answers: new Map() };
    this.#rooms.set(id, room);
    return room;
  }

  #undeleted(id: string): readonly Message[] {
    return [...this.#room(id).messages.values()].filter(({ deleted }) => !deleted);
  }

  #handle(frame: ClientFrame, socket: FakeSocket): void {
    const room = String('room_id' in frame ? frame.room_id : '');
    const answer = this.#answerTo(frame, room, socket);
    if (answer && !this.#muted) socket.deliver({ ...answer, ...(room && { room_id: Number(room) }) });
  }

  /** Runs a frame. Returns the answer to the socket, if there is one. */
  #answerTo(frame: ClientFrame, room: string, socket: FakeSocket): object | undefined {
    const user = userOf(socket.token);
    const { seq, answers } = this.#room(room);
    const client_id = 'client_id' in frame ? frame.client_id : undefined;
    const earlier = client_id === undefined ? undefined : answers.get(`${user} ${client_id}`);
    if (earlier) return earlier;
    if (room && this.forbiddenRooms.has(room)) {
      return { type: 'error', code: 'NOT_A_MEMBER', message: 'Not a member', client_id };
    }
    switch (frame.action) {
      case 'send':
      case 'edit':
      case 'delete':
      case 'react':
        return this.#runChange(frame, room, user);
      case 'join':
        socket.rooms.add(room);
        return { type: 'joined', seq };
      case 'leave':
        socket.rooms.delete(room);
        return { type: 'left' };
      case 'history': {
        const limit = frame.limit ?? 50;
        const before = Number(frame.before ?? Infinity);
        const older = this.#undeleted(room).filter(({ message_id }) => message_id < before);
        return { type: 'history', messages: older.slice(-limit).reverse(), has_more: older.length > limit };
      }
      case 'sync':
        return this.#sync(room, Number(frame.since));
      case 'seen':
        this.broadcast(room, { type: 'message_seen', message_id: frame.message_id, user_id: user });
        return undefined;
      case 'typing':
        this.broadcast(room, { type: 'typing', user_id: user, typing: frame.typing });
        return undefined;
      case 'ping':
        return {
          type: 'pong',
          seq: 0,
          rooms: (frame.rooms ?? []).map((id) => ({
            room_id: id,
            ...(!this.forbiddenRooms.has(String(id)) && { seq: this.#room(String(id)).seq }),
          })),
        };
      case 'authenticate':
        return { type: 'authenticated', expires_at: now };
      default:
        return frame satisfies never;
    }
  }

  /**
   * Runs a change of messages. Returns an error frame if it is refused, and the answer if it changes nothing. All other
   * changes are broadcast.
   */
  #runChange(frame: ChangeRequest, room: string, user: number): object | undefined {
    const { answers, messages } = this.#room(room);
    const { client_id } = frame;
    const refuse = (code: string) => ({ type: 'error', code, message: 'No', client_id });
    const store = (change: LoggedChange): undefined => {
      answers.set(`${user} ${client_id}`, change);
    };
    if (frame.action === 'send') {
      return store(this.#send(room, frame.message, user, { client_id: String(client_id) }));
    }
    const message_id = Number(frame.message_id);
    const message = messages.get(message_id);
    if (!message || message.deleted) return refuse('MESSAGE_NOT_FOUND');
    if (frame.action === 'react') {
      const { emoji, remove } = frame;
      const removed = remove && { removed: true };
      const change = { type: 'message_reacted', message_id, user_id: user, emoji, ...removed } as const;
      const isThere = reactorsOf(message.reactions?.[emoji]).users.includes(user);
      if (isThere === !remove) return { ...change, seq: 0, client_id };
      return store(this.#change(room, change));
    }
    if (message.sender_id !== user) return refuse('NOT_THE_AUTHOR');
    if (frame.action === 'delete') return store(this.#change(room, { type: 'message_deleted', message_id }));
    return store(this.#change(room, { type: 'message_edited', message_id, text: frame.text }));
  }

  /** Returns all changes since a sequence number. The first event of each message contains its current state. */
  #sync(room: string, since: number): object {
    const { seq, log, messages } = this.#room(room);
    const seen = new Set<number>();
    const events = log
      .filter((change) => change.seq > since)
      .map((change) => {
        const { text: _, message: __, ...event } = change as { text?: string; message?: Message };
        if (!isMessageType(change.type) || !('message_id' in change)) return event;
        const first = !seen.has(change.message_id);
        seen.add(change.message_id);
        return first ? { ...event, message: messages.get(change.message_id) } : event;
      });
    return { type: 'sync', since, events, seq, has_more: false, complete: true, receipts: [], seen: [] };
  }

  #send(room: string, text: string, user: number, more: Partial<Message>): LoggedChange {
    const state = this.#room(room);
    const seq = ++state.seq;
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
    state.messages.set(seq, message);
    const change: LoggedChange = { type: 'chat_message', message_id: seq, message, seq };
    state.log.push(change);
    this.broadcast(room, change, String(user));
    return change;
  }

  #change(room: string, fields: NewChange): LoggedChange {
    const state = this.#room(room);
    const message = state.messages.get(fields.message_id ?? 0);
    const change = { ...fields, seq: ++state.seq } as unknown as LoggedChange;
    if (message) state.messages.set(message.message_id, changeMessage(message, change));
    state.log.push(change);
    this.broadcast(room, change);
    return change;
  }
}

function withoutClientId(frame: { readonly message?: Message }): object {
  if (!frame.message) return frame;
  const { client_id: _, ...message } = frame.message;
  return { ...frame, message };
}

/** Unlike the client's `applyChange`, keeps deleted messages and reactions without users, as the server does. */
function changeMessage(message: Message, change: LoggedChange): Message {
  if (change.type === 'message_deleted') return { ...message, text: '', deleted: true };
  if (change.type === 'message_edited') return { ...message, text: change.text, edited: true };
  if (change.type !== 'message_reacted') return message;
  const before = reactorsOf(message.reactions?.[change.emoji]).users;
  const users = before.filter((user) => user !== change.user_id);
  return {
    ...message,
    reactions: { ...message.reactions, [change.emoji]: change.removed ? users : [...users, change.user_id] },
  };
}
