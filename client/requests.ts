import type { ChatClient, PageOptions } from './chat-client.ts';
import { roomPath, withQuery } from './rest.ts';
import {
  type BlockedUser,
  type FoundMessages,
  type Id,
  type Member,
  type MemberChange,
  type Message,
  messageOf,
  type PinsPage,
  type Preferences,
  type Report,
  type ReportedMessage,
  type ReportsPage,
  type RestFoundMessages,
  type RoomDetails,
  type RoomUpdate,
} from './wire.ts';

// Requests that not every chat needs. They are functions, so that bundlers leave out those that an app does not call.

/** Sends a request with a JSON body, and returns the JSON of its answer; undefined for an empty answer. */
async function request<T>(client: ChatClient, method: string, path: string, body?: object): Promise<T> {
  const json = { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  const response = await client.fetch(`/api${path}`, { method, ...(body && json) });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

const memberPath = (room: Id, user: Id = ''): string =>
  `${roomPath(room)}members/${user === '' ? '' : `${encodeURIComponent(String(user))}/`}`;

/**
 * Changes the settings of a group: its name, description and picture, who may write, and slow mode. Requires an owner or
 * a moderator; `archived` requires an owner.
 * @throws ChatClientError NOT_A_MODERATOR, FIXED_ROOM for a direct room, BAD_REQUEST, UNREACHABLE
 * @example await updateRoom(client, room.id, { name: 'Lunch', slow_mode: 30 });
 */
export const updateRoom = (client: ChatClient, room: Id, changes: RoomUpdate): Promise<RoomDetails> =>
  request(client, 'PATCH', roomPath(room), changes);

/** Deletes a group with its messages, for everyone. @throws ChatClientError unless the user is an owner */
export async function deleteRoom(client: ChatClient, room: Id): Promise<void> {
  const remove = () => client.fetch(`/api${roomPath(room)}`, { method: 'DELETE' });
  // The server deletes a long history in parts.
  while ((await remove()).status === 202);
}

/** Adds a user to a group. @throws ChatClientError unless the user is an owner or a moderator */
export const addMember = (client: ChatClient, room: Id, user: Id): Promise<Member> =>
  request(client, 'POST', memberPath(room), { user_id: user });

/**
 * Changes a member's role, mutes them, or ends a mute.
 * @throws ChatClientError unless the user's role allows it
 * @example await updateMember(client, room.id, 2, { role: 'moderator' });
 */
export const updateMember = (client: ChatClient, room: Id, user: Id, change: MemberChange): Promise<Member> =>
  request(client, 'PATCH', memberPath(room, user), change);

/** Removes a member from a group; the user's own id leaves it. @throws ChatClientError unless the user's role allows it */
export const removeMember = (client: ChatClient, room: Id, user: Id): Promise<void> =>
  request(client, 'DELETE', memberPath(room, user));

/**
 * Changes the user's preferences of a room. `notify` selects the messages that the user wants notifications of,
 * `pinned` moves the room to the top of the user's list, and `hidden` removes it from the list until another user sends
 * a message. Only the user's own devices receive the change.
 * @throws ChatClientError NOT_A_MEMBER, UNREACHABLE
 * @example await setPreferences(client, room.id, { pinned: true });
 */
export const setPreferences = (
  client: ChatClient,
  room: Id,
  preferences: Partial<Preferences>,
): Promise<Preferences> => request(client, 'PATCH', `${roomPath(room)}preferences/`, preferences);

const pinPath = (room: Id, message: number): string => `${roomPath(room)}pins/${message}/`;

/** Loads the pinned messages of a room, at most 50, the last pinned first. @throws ChatClientError NOT_A_MEMBER */
export async function pins(client: ChatClient, room: Id): Promise<readonly Message[]> {
  const { pins } = await request<PinsPage>(client, 'GET', `${roomPath(room)}pins/`);
  return pins.map(({ message }) => messageOf(message));
}

/**
 * Pins a message to its room, for everyone. Requires an owner or a moderator, or a member of a direct room.
 * @throws ChatClientError TOO_MANY_PINS above 50, NOT_A_MODERATOR, MESSAGE_NOT_FOUND, ROOM_ARCHIVED
 */
export const pinMessage = (client: ChatClient, room: Id, message: number): Promise<void> =>
  request(client, 'PUT', pinPath(room, message));

/** Unpins a message. @throws ChatClientError as `pinMessage` */
export const unpinMessage = (client: ChatClient, room: Id, message: number): Promise<void> =>
  request(client, 'DELETE', pinPath(room, message));

/**
 * Finds messages of a room that contain all words of `query`, even inside longer words, without regard to case and
 * accents. Each page searches a part of the room, from its end, so it may be empty although more follow. Pass
 * `next_cursor` to search further back.
 * @throws ChatClientError NOT_A_MEMBER, BAD_REQUEST for a query that is empty or longer than 200 characters, RATE_LIMITED
 * @example const { messages, searched_to, next_cursor } = await searchMessages(client, room.id, 'lunch');
 */
export async function searchMessages(
  client: ChatClient,
  room: Id,
  query: string,
  page: PageOptions = {},
): Promise<FoundMessages> {
  const path = withQuery(`${roomPath(room)}search/`, { q: query, ...page });
  const found = await request<RestFoundMessages>(client, 'GET', path);
  return { ...found, messages: found.messages.map(messageOf) };
}

/**
 * Reports a message to the moderators of its room and to the team. A second report of the same message changes nothing.
 * @throws ChatClientError MESSAGE_NOT_FOUND, NOT_A_MEMBER
 * @example await reportMessage(client, room.id, 7, { reason: 'spam' });
 */
export const reportMessage = (
  client: ChatClient,
  room: Id,
  message_id: number,
  report: {
    /** Why the user reports the message. */
    readonly reason: Report['reason'];
    /** At most 1,000 characters. */
    readonly note?: string;
  },
): Promise<Report> => request(client, 'POST', `${roomPath(room)}reports/`, { message_id, ...report });

/**
 * Loads a page of the reported messages of a room, the latest first. Requires an owner or a moderator.
 * @throws ChatClientError NOT_A_MODERATOR, UNREACHABLE
 */
export const reports = (
  client: ChatClient,
  room: Id,
  { status = 'open', ...page }: PageOptions & { readonly status?: 'open' | 'resolved' } = {},
): Promise<ReportsPage> =>
  request(client, 'GET', withQuery(`${roomPath(room)}reports/`, { status, ...page }));

/** Resolves all reports of a message. @throws ChatClientError NOT_A_MODERATOR, REPORT_NOT_FOUND */
export const resolveReports = (
  client: ChatClient,
  room: Id,
  message: number,
  resolution: {
    /** What was done. */
    readonly note?: string;
  } = {},
): Promise<ReportedMessage> =>
  request(client, 'POST', `${roomPath(room)}reports/${message}/resolve/`, resolution);

const blockPath = (user: Id): string => `/blocks/${encodeURIComponent(String(user))}/`;

/** Loads the users whom the user has blocked. @throws ChatClientError UNREACHABLE */
export async function blocks(client: ChatClient): Promise<readonly BlockedUser[]> {
  const page = await request<{ blocks: BlockedUser[] }>(client, 'GET', '/blocks/');
  return page.blocks;
}

/**
 * Blocks a user: their messages are hidden from the signed-in user, and so are rooms to which they add the user. The
 * blocked user is not notified. The user's clients then emit `block`, and load open rooms and the list of rooms again.
 * @throws ChatClientError TOO_MANY_BLOCKS, UNREACHABLE
 */
export async function blockUser(client: ChatClient, user: Id): Promise<void> {
  await request(client, 'PUT', blockPath(user));
}

/** Shows the messages of a blocked user again. @throws ChatClientError UNREACHABLE */
export async function unblockUser(client: ChatClient, user: Id): Promise<void> {
  await request(client, 'DELETE', blockPath(user));
}
