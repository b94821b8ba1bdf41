import { randomUUID } from 'node:crypto';
import { arrivalOf, ChatSocket, type Frame, type OpenOptions, typed } from './chat-socket.ts';
import { assert, NotChecked } from './check.ts';

/** How a test user signs in. */
export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly token?: string;
}

export interface VerifyOptions {
  /** The stack's output `Url`. */
  readonly url: string;
  readonly users: readonly [Credentials, Credentials];
  /** How long each frame and each response may take. Default: 10 seconds. */
  readonly timeoutMs?: number;
  /** How long the sockets are silent before the ping. */
  readonly idleMs: number;
}

/** A sent message as its author receives it. Times are those of `performance.now()`. */
export interface Echo {
  readonly id: unknown;
  readonly seq: number;
  readonly text: unknown;
  readonly sentAt: number;
  readonly arrivedAt: number;
}

/** One of the two test users: the author, or the other member of the room. */
export class TestUser {
  readonly credentials: Credentials;
  readonly #deployment: Deployment;
  #token: string | undefined;
  #socket: ChatSocket | undefined;

  constructor(deployment: Deployment, credentials: Credentials) {
    this.#deployment = deployment;
    this.credentials = credentials;
    this.#token = credentials.token;
  }

  /** @throws NotChecked without a token */
  get token(): string {
    if (this.#token !== undefined) return this.#token;
    throw new NotChecked('the user is not signed in');
  }

  set token(token: string) {
    this.#token = token;
  }

  /** The user's id: the subject of the token. */
  get id(): string {
    try {
      const payload = JSON.parse(Buffer.from(this.token.split('.')[1] ?? '', 'base64url').toString());
      return String(payload.sub);
    } catch (error) {
      if (error instanceof NotChecked) throw error;
      throw new Error('the token is not a JSON web token');
    }
  }

  /** The user's open socket in the room. @throws NotChecked without one */
  get socket(): ChatSocket {
    if (this.#socket !== undefined) return this.#socket;
    throw new NotChecked('no socket could be opened');
  }

  /** Opens a socket in the room with the token in the Authorization header. */
  connect(query = ''): Promise<ChatSocket> {
    const headers = { Authorization: `Bearer ${this.token}` };
    return this.#deployment.openSocket(this.#deployment.room, { headers, query });
  }

  /** Calls `connect`, and waits for the history that the server sends on connect. */
  async open(): Promise<{ socket: ChatSocket; messages: readonly Frame[] }> {
    const socket = await this.connect();
    const { messages } = await socket.take('the history on connect', typed('connected'));
    return { socket, messages: messages as readonly Frame[] };
  }

  /** Replaces the user's open socket. */
  async enter(): Promise<void> {
    await this.#socket?.close();
    this.#socket = undefined;
    this.#socket = (await this.open()).socket;
  }

  async leave(): Promise<void> {
    await this.#socket?.close();
    this.#socket = undefined;
  }

  /** Calls the REST API as this user. */
  call(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.#deployment.call(path, {
      body,
      headers: { Authorization: `Bearer ${this.token}`, ...headers },
    });
  }

  /** Requests the newest messages of the room on the user's socket. */
  async history(): Promise<readonly Frame[]> {
    const { answer } = await this.socket.request({ action: 'history' }, 'the history', typed('history'));
    return answer['messages'] as readonly Frame[];
  }

  /** Sends a message and waits for its echo. */
  async say(text: string, more: Frame = {}): Promise<Echo> {
    const command = { action: 'send', message: text, client_id: randomUUID(), ...more };
    const { answer, sentAt } = await this.socket.request(
      command,
      'the echo of the message',
      typed('chat_message', ({ message }) => Object(message)['client_id'] === command.client_id),
    );
    const message: Frame = Object(answer['message']);
    const seq = Number(answer['seq']);
    return { id: message['message_id'], seq, text: message['text'], sentAt, arrivedAt: arrivalOf(answer) };
  }

  /** Waits for a message of the other user. */
  async receive(id: unknown): Promise<Pick<Echo, 'text' | 'arrivedAt'>> {
    const frame = await this.socket.take(
      'the message at the other user',
      typed('chat_message', ({ message }) => Object(message)['message_id'] === id),
    );
    return { text: Object(frame['message'])['text'], arrivedAt: arrivalOf(frame) };
  }

  /** Edits or deletes a message, and waits until both users have received the change. */
  async change(command: Frame, type: string, other: TestUser): Promise<readonly Frame[]> {
    const isChange = typed(type, (frame) => frame['message_id'] === command['message_id']);
    const sent = { ...command, client_id: randomUUID() };
    const { answer } = await this.socket.request(sent, `the frame ${type}`, isChange);
    return [answer, await other.socket.take(`the frame ${type} at the other user`, isChange)];
  }
}

/** The deployment that is verified, the two test users, and the room in which they meet. */
export class Deployment {
  readonly url: URL;
  readonly author: TestUser;
  readonly other: TestUser;
  readonly timeoutMs: number;
  readonly idleMs: number;
  readonly #sockets = new Set<ChatSocket>();
  #room: string | undefined;

  constructor({ url, users, timeoutMs = 10_000, idleMs }: VerifyOptions) {
    this.url = new URL(url);
    this.timeoutMs = timeoutMs;
    this.idleMs = idleMs;
    this.author = new TestUser(this, users[0]);
    this.other = new TestUser(this, users[1]);
  }

  /** The id of the room. @throws NotChecked before the room is found */
  get room(): string {
    if (this.#room !== undefined) return this.#room;
    throw new NotChecked('there is no room');
  }

  set room(room: string) {
    this.#room = room;
  }

  /** Sends a request: GET without a body, else POST, unless `method` is given. */
  call(
    path: string,
    { body, headers, method }: { body?: unknown; headers?: Record<string, string>; method?: string } = {},
  ): Promise<Response> {
    return fetch(new URL(path, this.url), {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      redirect: 'manual',
      signal: AbortSignal.timeout(this.timeoutMs),
      headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async openSocket(
    room: string,
    { query = '', ...options }: Omit<OpenOptions, 'timeoutMs'> & { readonly query?: string },
  ): Promise<ChatSocket> {
    const path = new URL(`/ws/chat/${encodeURIComponent(room)}/${query}`, this.url);
    const socketOptions = { ...options, timeoutMs: this.timeoutMs };
    const socket = await ChatSocket.open(path.href.replace(/^http/, 'ws'), socketOptions);
    this.#sockets.add(socket);
    return socket;
  }

  /** Closes all sockets, including those that a broken promise left open. */
  async close(): Promise<void> {
    await Promise.all([...this.#sockets].map((socket) => socket.close()));
  }
}

/** Returns the path of a room in the REST API. It ends in a slash. */
export const roomPath = (room: string): string => `/api/chats/${encodeURIComponent(room)}/`;

/** Reads the JSON of a response. @throws Error for another status */
export async function jsonOf(response: Response, ...statuses: readonly number[]): Promise<Frame> {
  const text = await response.text();
  assert(
    statuses.includes(response.status),
    `the server answered ${response.status} instead of ${statuses.join(' or ')}`,
  );
  try {
    return text === '' ? {} : Object(JSON.parse(text));
  } catch {
    throw new Error('the answer is not JSON');
  }
}
