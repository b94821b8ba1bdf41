import { randomUUID } from 'node:crypto';
import type * as v from 'valibot';
import type {
  addedShape,
  auditShape,
  memberShape,
  messageBody,
  messageShape,
  messagesPage,
  roomBody,
  roomShape,
  userBody,
  userShape,
} from '../functions/dialects/admin/schema.ts';
import { type AdminClientOptions, SignedRequests } from './signed-requests.ts';

/**
 * A user.
 * @interface
 */
export type User = v.InferOutput<typeof userShape>;
/**
 * An entry of the audit trail.
 * @interface
 */
export type AuditEntry = v.InferOutput<typeof auditShape>;
/**
 * A room.
 * @interface
 */
export type Room = v.InferOutput<typeof roomShape>;
/**
 * A member of a room.
 * @interface
 */
export type Member = v.InferOutput<typeof memberShape>;
/**
 * A stored message.
 * @interface
 */
export type Message = v.InferOutput<typeof messageShape>;
/** The role of a member. */
export type Role = Member['role'];
/**
 * The result of adding members.
 * @interface
 */
export type AddedMembers = v.InferOutput<typeof addedShape>;

/**
 * New values of a user. A field that is absent keeps its value, and null removes it.
 * @interface
 */
export type UserChange = v.InferInput<typeof userBody>;

/**
 * The name, the access and the first members of a new room.
 * @interface
 */
export type NewRoom = v.InferInput<typeof roomBody>;
/** A user who becomes a member. */
export type NewMember = NonNullable<NewRoom['members']>[number];

/**
 * A message in the name of a member (`user_id`), or of a bot, which needs no membership.
 * @interface
 */
export type NewMessage = v.InferInput<typeof messageBody>;

/** How many items the client reads at once from a list. */
export interface ListOptions {
  /** From 1 to 100. Default: 50. */
  readonly pageSize?: number;
}

const path = (...parts: readonly string[]): string =>
  `/${parts.map((part) => `${encodeURIComponent(part)}/`).join('')}`;

/**
 * The client of the admin API for backends: Node.js 22 or later, and Lambda. Each call is signed with AWS credentials.
 * Calls that fail for a moment are repeated, which is safe: no repeat changes anything twice.
 * @example
 * const admin = new AdminClient({ url: process.env.ADMIN_URL });
 * await admin.putRoom('order-7', { name: 'Order 7', members: [{ user_id: 'ann' }] });
 * await admin.sendMessage('order-7', { text: 'Shipped', bot: { id: 'orders', name: 'Orders' } });
 */
export class AdminClient {
  readonly #requests: SignedRequests;

  /** @throws TypeError without a valid address, or if the Region is unknown */
  constructor(options: AdminClientOptions) {
    this.#requests = new SignedRequests(options);
  }

  /** Returns the users that the admin API has created or changed, in no particular order. @throws AdminError */
  users(options?: ListOptions): AsyncGenerator<User> {
    return this.#list(path('users'), 'users', options);
  }

  /**
   * Returns a user who has connected, or whom the admin API has created or changed.
   * @throws AdminError USER_NOT_FOUND
   */
  getUser(id: string): Promise<User> {
    return this.#send('GET', path('users', id));
  }

  /** Creates a user, or changes one. @throws AdminError */
  putUser(id: string, change: UserChange): Promise<User> {
    return this.#send('PUT', path('users', id), change);
  }

  /** Returns the rooms of a user, in the order of their ids. @throws AdminError */
  roomsOf(user: string, options?: ListOptions): AsyncGenerator<Room> {
    return this.#list(path('users', user, 'rooms'), 'rooms', options);
  }

  /** Bans a user: closes their sockets, and refuses their tokens. @throws AdminError */
  ban(user: string): Promise<User> {
    return this.#send('POST', path('users', user, 'ban'));
  }

  /** Ends the ban of a user. @throws AdminError */
  unban(user: string): Promise<User> {
    return this.#send('DELETE', path('users', user, 'ban'));
  }

  /** Signs a user out everywhere: closes their sockets, and refuses tokens that were issued before. @throws AdminError */
  signOut(user: string): Promise<User> {
    return this.#send('POST', path('users', user, 'sign_out'));
  }

  /** Returns the changes that backends made in the last 400 days, newest first. @throws AdminError */
  audit(options?: ListOptions): AsyncGenerator<AuditEntry> {
    return this.#list(path('audit'), 'entries', options);
  }

  /** Returns all rooms, in no particular order. @throws AdminError */
  rooms(options?: ListOptions): AsyncGenerator<Room> {
    return this.#list(path('rooms'), 'rooms', options);
  }

  /** Returns a room. @throws AdminError ROOM_NOT_FOUND */
  getRoom(id: string): Promise<Room> {
    return this.#send('GET', path('rooms', id));
  }

  /**
   * Creates a room with an id of your choice. For a direct room, the id is `direct:<user>:<user>`. A repeat adds the
   * members that are missing, and changes nothing else.
   * @throws AdminError ROOM_EXISTS if the room has another name or access; ROOM_LIMIT
   */
  putRoom(id: string, room: NewRoom = {}): Promise<Room> {
    return this.#send('PUT', path('rooms', id), room);
  }

  /** Changes the name of a group. Clients show it when they next load the room. @throws AdminError ROOM_NOT_FOUND */
  renameRoom(id: string, name: string): Promise<Room> {
    return this.#send('PATCH', path('rooms', id), { name });
  }

  /** Returns all members of a room, in the order of their ids. @throws AdminError ROOM_NOT_FOUND */
  members(room: string, options?: ListOptions): AsyncGenerator<Member> {
    return this.#list(path('rooms', room, 'members'), 'members', options);
  }

  /**
   * Adds up to 100 members to a group. Users who already are members stay unchanged.
   * @throws AdminError ROOM_NOT_FOUND, FIXED_MEMBERS, ROOM_LIMIT
   */
  addMembers(room: string, members: readonly NewMember[]): Promise<AddedMembers> {
    return this.#send('POST', path('rooms', room, 'members'), { members });
  }

  /** Changes the role of a member. @throws AdminError ROOM_NOT_FOUND, NO_SUCH_MEMBER, FIXED_MEMBERS */
  setRole(room: string, user: string, role: Role): Promise<Member> {
    return this.#send('PATCH', path('rooms', room, 'members', user), { role });
  }

  /**
   * Removes a member from a group, and closes the member's sockets there.
   * @throws AdminError ROOM_NOT_FOUND, NO_SUCH_MEMBER, FIXED_MEMBERS
   */
  removeMember(room: string, user: string): Promise<void> {
    return this.#send('DELETE', path('rooms', room, 'members', user));
  }

  /** Returns the messages of a room, newest first, without deleted ones. @throws AdminError ROOM_NOT_FOUND */
  async *messages(room: string, { pageSize = 50 }: ListOptions = {}): AsyncGenerator<Message> {
    let before: number | undefined;
    for (;;) {
      const query = `limit=${pageSize}${before === undefined ? '' : `&before=${before}`}`;
      const url = `${path('rooms', room, 'messages')}?${query}`;
      const { messages, has_more } = await this.#send<v.InferOutput<typeof messagesPage>>('GET', url);
      yield* messages;
      before = messages.at(-1)?.id;
      if (!has_more || before === undefined) return;
    }
  }

  /** Returns a message. A deleted one has no text. @throws AdminError MESSAGE_NOT_FOUND */
  getMessage(room: string, message: number): Promise<Message> {
    return this.#send('GET', path('rooms', room, 'messages', String(message)));
  }

  /**
   * Sends a message. Pass a `client_id` to make a repeat of yours harmless for a day, for instance the id of the event
   * that you handle.
   * @throws AdminError ROOM_NOT_FOUND, NO_SUCH_MEMBER, EMPTY_TEXT, TOO_LONG, REPLY_NOT_FOUND, CLIENT_ID_REUSED
   */
  sendMessage(room: string, message: NewMessage): Promise<Message> {
    return this.#send('POST', path('rooms', room, 'messages'), { client_id: randomUUID(), ...message });
  }

  /** Replaces the text of a message. @throws AdminError MESSAGE_NOT_FOUND, EMPTY_TEXT, TOO_LONG */
  editMessage(room: string, message: number, text: string): Promise<Message> {
    return this.#send('PATCH', path('rooms', room, 'messages', String(message)), { text });
  }

  /** Deletes a message: its text and its file. @throws AdminError MESSAGE_NOT_FOUND */
  deleteMessage(room: string, message: number): Promise<void> {
    return this.#send('DELETE', path('rooms', room, 'messages', String(message)));
  }

  async #send<T>(method: string, url: string, body?: object): Promise<T> {
    return (await this.#requests.send(method, url, body)) as T;
  }

  async *#list<T>(url: string, field: string, { pageSize = 50 }: ListOptions = {}): AsyncGenerator<T> {
    let cursor: unknown;
    do {
      const query = `limit=${pageSize}${cursor === undefined ? '' : `&cursor=${String(cursor)}`}`;
      const page = await this.#send<Record<string, unknown>>('GET', `${url}?${query}`);
      yield* page[field] as T[];
      cursor = page['next_cursor'] ?? undefined;
    } while (cursor !== undefined);
  }
}
