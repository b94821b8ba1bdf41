import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type * as v from 'valibot';
import type {
  exportPage,
  importBody,
  importedUsers,
  importState,
  importUsersBody,
} from '../functions/dialects/admin/export-format.ts';
import type {
  addedShape,
  auditShape,
  deletionShape,
  erasedRoomShape,
  erasureShape,
  memberChangeBody,
  memberShape,
  messageBody,
  messageChangeBody,
  messageShape,
  messagesPage,
  reportedShape,
  retentionShape,
  roomBody,
  roomShape,
  userBody,
  userShape,
} from '../functions/dialects/admin/schema.ts';
import type { roomChangeBody } from '../functions/dialects/rest/requests.ts';
import type { linkShape } from '../functions/dialects/rest/schema.ts';
import { AdminError } from './errors.ts';
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
/**
 * How long a room keeps messages, and whether it has a legal hold.
 * @interface
 */
export type Retention = v.InferOutput<typeof retentionShape>;
/**
 * What was erased of a user in all rooms.
 * @interface
 */
export type Erasure = v.InferOutput<typeof erasureShape>;
/**
 * What was erased of a user in a room.
 * @interface
 */
export type ErasedRoom = v.InferOutput<typeof erasedRoomShape>;
/**
 * A message that users have reported.
 * @interface
 */
export type ReportedMessage = v.InferOutput<typeof reportedShape>;
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
 * A new room: its name, who may connect, and its first members.
 * @interface
 */
export type NewRoom = v.InferInput<typeof roomBody>;
/**
 * New values of a group's settings.
 * @interface
 */
export type RoomChange = v.InferInput<typeof roomChangeBody>;
/**
 * New values of a member.
 * @interface
 */
export type MemberChange = v.InferInput<typeof memberChangeBody>;
type Deletion = v.InferOutput<typeof deletionShape>;

/** A user who becomes a member. */
export type NewMember = NonNullable<NewRoom['members']>[number];

/**
 * A message in the name of a member (`user_id`), of a bot, which needs no membership, or of the chat itself (`system`).
 * @interface
 */
export type NewMessage = v.InferInput<typeof messageBody>;

/**
 * The new text of a message, and its new data. Null removes the data.
 * @interface
 */
export type MessageChange = v.InferInput<typeof messageChangeBody>;

/**
 * A page of an export. `docs/export.md` describes its lines.
 * @interface
 */
export type ExportPage = v.InferOutput<typeof exportPage>;
/** A line of a room, for an import. */
export type ImportedLine = v.InferInput<typeof importBody>['lines'][number];
/** A line about a user, for an import. */
export type ImportedUser = v.InferInput<typeof importUsersBody>['lines'][number];
/**
 * The progress of an import.
 * @interface
 */
export type ImportState = v.InferOutput<typeof importState>;
/**
 * A URL of a file's bytes.
 * @interface
 */
export type FileLink = v.InferOutput<typeof linkShape>;

/** Where an export continues. */
export interface ExportOptions {
  /** The room to export. Default: all rooms, and the users. */
  readonly room?: string;
  /** `next_cursor` of the page before. */
  readonly cursor?: string;
}

/** How many items the client reads at once from a list. */
export interface ListOptions {
  /** From 1 to 100. Default: 50. */
  readonly pageSize?: number;
}

/** Which reports to read. */
export interface ReportOptions {
  /** Default: `open`. */
  readonly status?: ReportedMessage['status'];
  /** How many the client reads at once, from 1 to 25. Default: 20. */
  readonly pageSize?: number;
}

/** The pause between two requests that each do a part of a long job, in milliseconds. */
const PAUSE_MS = 200;

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

  /**
   * Erases a user: bans them, deletes their messages and files in all rooms, ends their memberships, and removes their
   * profile. Resolves once all of it is done, which takes longer the more messages the chat has. If the call fails,
   * repeat it: it continues.
   * @param onProgress called with what has been erased so far
   * @throws AdminError
   */
  eraseUser(user: string, onProgress?: (erasure: Erasure) => void): Promise<Erasure> {
    return this.#untilDone('POST', path('users', user, 'erase'), undefined, onProgress);
  }

  /** Returns the rooms in which an erasure found the user, for 400 days. @throws AdminError */
  erasedRooms(user: string, options?: ListOptions): AsyncGenerator<ErasedRoom> {
    return this.#list(path('users', user, 'erasure'), 'rooms', options);
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
   * @throws AdminError ROOM_EXISTS if the room has another name or access; ROOM_DELETED if it was deleted; ROOM_LIMIT
   */
  putRoom(id: string, room: NewRoom = {}): Promise<Room> {
    return this.#send('PUT', path('rooms', id), room);
  }

  /** Changes settings of a group. A setting that is absent keeps its value. @throws AdminError ROOM_NOT_FOUND, FIXED_ROOM */
  updateRoom(id: string, change: RoomChange): Promise<Room> {
    return this.#send('PATCH', path('rooms', id), change);
  }

  /**
   * Deletes a group, or empties a direct room. Messages and files are gone after a day. Resolves once all of them will
   * expire. For a room whose import is not complete, cancels the import: resolves after a minute or more, once the id is
   * free. If the call fails, call it again.
   * @throws AdminError ROOM_NOT_FOUND; ROOM_HELD
   */
  async deleteRoom(id: string): Promise<void> {
    let isRepeat = false;
    const onProgress = () => {
      isRepeat = true;
    };
    try {
      await this.#untilDone<Deletion>('DELETE', path('rooms', id), undefined, onProgress);
    } catch (error) {
      // Another request has completed the cancellation of an import, and freed the id.
      const isFree = isRepeat && error instanceof AdminError && error.code === 'ROOM_NOT_FOUND';
      if (!isFree) throw error;
    }
  }

  /** Returns how long a room keeps messages, and whether it has a legal hold. @throws AdminError ROOM_NOT_FOUND */
  retention(room: string): Promise<Retention> {
    return this.#send('GET', path('rooms', room, 'retention'));
  }

  /**
   * Sets how many days a room keeps messages: 0 for ever, null for the setting of the chat. Resolves once all messages
   * of the room have the setting, including those that exist.
   * @throws AdminError ROOM_NOT_FOUND
   */
  setRetention(room: string, days: number | null): Promise<Retention> {
    return this.#untilDone('PUT', path('rooms', room, 'retention'), { retention_days: days });
  }

  /**
   * Puts a room under a legal hold: none of its messages and files expires any more. Resolves once the hold is complete.
   * @throws AdminError ROOM_NOT_FOUND
   */
  hold(room: string): Promise<Retention> {
    return this.#untilDone('PUT', path('rooms', room, 'hold'));
  }

  /**
   * Ends the legal hold of a room. What has expired meanwhile is deleted after a day.
   * @throws AdminError ROOM_NOT_FOUND
   */
  endHold(room: string): Promise<Retention> {
    return this.#untilDone('DELETE', path('rooms', room, 'hold'));
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

  /**
   * Changes the role or the data of a member. A field that is absent keeps its value.
   * @throws AdminError ROOM_NOT_FOUND, NO_SUCH_MEMBER, FIXED_MEMBERS
   */
  updateMember(room: string, user: string, change: MemberChange): Promise<Member> {
    return this.#send('PATCH', path('rooms', room, 'members', user), change);
  }

  /**
   * Removes a member from a group, and closes the member's sockets there.
   * @throws AdminError ROOM_NOT_FOUND, FIXED_MEMBERS, and NO_SUCH_MEMBER if the user is not a member, even when an earlier
   *   attempt has removed them and its answer was lost
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
   * @throws AdminError ROOM_NOT_FOUND, ROOM_ARCHIVED, NO_SUCH_MEMBER, EMPTY_TEXT, TOO_LONG, REPLY_NOT_FOUND,
   *   CLIENT_ID_REUSED
   */
  sendMessage(room: string, message: NewMessage): Promise<Message> {
    return this.#send('POST', path('rooms', room, 'messages'), { client_id: randomUUID(), ...message });
  }

  /**
   * Replaces the text of a message, and its data if you pass some; null removes the data.
   * @throws AdminError MESSAGE_NOT_FOUND, ROOM_ARCHIVED, EMPTY_TEXT, TOO_LONG
   */
  editMessage(
    room: string,
    message: number,
    text: string,
    change: Omit<MessageChange, 'text'> = {},
  ): Promise<Message> {
    return this.#send('PATCH', path('rooms', room, 'messages', String(message)), { ...change, text });
  }

  /** Deletes a message: its text and its file. @throws AdminError MESSAGE_NOT_FOUND */
  deleteMessage(room: string, message: number): Promise<void> {
    return this.#send('DELETE', path('rooms', room, 'messages', String(message)));
  }

  /**
   * Returns a page of an export: a room or all rooms, with members, messages and changes. Read on until `next_cursor` is
   * null. `npx parley export` does that, and keeps the lines and the files.
   * @throws AdminError ROOM_NOT_FOUND
   */
  exportPage({ room, cursor }: ExportOptions = {}): Promise<ExportPage> {
    const url = room === undefined ? path('export') : path('rooms', room, 'export');
    return this.#send('GET', `${url}${cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`}`);
  }

  /**
   * Imports lines of a room, at most 200, in their order. Clients see the room after its last line, `room_end`.
   * Repeating a call is safe. `npx parley import` imports a whole file.
   * @param source names what is imported
   * @throws AdminError ROOM_EXISTS if the room exists, and is not from this source; ROOM_DELETED if it was deleted
   */
  importLines(room: string, source: string, lines: readonly ImportedLine[]): Promise<ImportState> {
    return this.#send('POST', path('rooms', room, 'import'), { source, lines });
  }

  /**
   * Imports users, at most 200. Users whom the chat knows stay as they are.
   * @returns the number of new users
   * @throws AdminError
   */
  async importUsers(lines: readonly ImportedUser[]): Promise<number> {
    const url = path('import', 'users');
    return (await this.#send<v.InferOutput<typeof importedUsers>>('POST', url, { lines })).stored;
  }

  /** Returns a URL of a file's bytes, which is valid for five minutes. @throws AdminError FILE_NOT_FOUND */
  fileUrl(room: string, file: string): Promise<FileLink> {
    return this.#send('GET', path('rooms', room, 'files', file));
  }

  /**
   * Returns the reported messages of all rooms: those that were reported last, or with `status: 'resolved'` resolved
   * last, come first.
   * @throws AdminError
   */
  reports({ status = 'open', pageSize = 20 }: ReportOptions = {}): AsyncGenerator<ReportedMessage> {
    return this.#list(path('reports'), 'reports', { pageSize }, `&status=${status}`);
  }

  /**
   * Resolves the reports of a message, with a note about what was done. A repeat changes nothing.
   * @throws AdminError REPORT_NOT_FOUND
   */
  resolveReports(room: string, message: number, note?: string): Promise<ReportedMessage> {
    const url = path('rooms', room, 'reports', String(message), 'resolve');
    return this.#send('POST', url, { ...(note !== undefined && { note }) });
  }

  async #send<T>(method: string, url: string, body?: object): Promise<T> {
    return (await this.#requests.send(method, url, body)) as T;
  }

  /** Repeats a request until its work is done. Each request does a part of it. */
  async #untilDone<T extends { readonly done: boolean }>(
    method: string,
    url: string,
    body?: object,
    onProgress?: (answer: T) => void,
  ): Promise<T> {
    for (;;) {
      const answer = await this.#send<T>(method, url, body);
      onProgress?.(answer);
      if (answer.done) return answer;
      // Another request may be doing the work. Without a pause, this loop would send requests all the time.
      await delay(PAUSE_MS);
    }
  }

  async *#list<T>(
    url: string,
    field: string,
    { pageSize = 50 }: ListOptions = {},
    filter = '',
  ): AsyncGenerator<T> {
    let cursor: unknown;
    do {
      const query = `limit=${pageSize}${filter}${cursor === undefined ? '' : `&cursor=${String(cursor)}`}`;
      const page = await this.#send<Record<string, unknown>>('GET', `${url}?${query}`);
      yield* page[field] as T[];
      cursor = page['next_cursor'] ?? undefined;
    } while (cursor !== undefined);
  }
}
