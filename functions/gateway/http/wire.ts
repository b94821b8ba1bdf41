import { validator } from 'hono-openapi';
import * as v from 'valibot';
import { isoTime } from '../../delivery/context.ts';
import { contentMessage } from '../../dialects/content/content.ts';
import { describeFault, type Fault, withFaults } from '../../dialects/field-faults.ts';
import { messageId, wireId } from '../../dialects/frame.ts';
import type { roomChangeBody } from '../../dialects/rest/requests.ts';
import type {
  memberShape,
  messageShape,
  ownShape,
  roomShape,
  summaryShape,
} from '../../dialects/rest/schema.ts';
import { ChatError } from '../../domain/errors.ts';
import { isStoredUserId } from '../../domain/id.ts';
import {
  actorId,
  isReservedId,
  type Member,
  nameOf,
  RESERVED_IDS,
  type Reader,
  type User,
} from '../../domain/member.ts';
import type { Message } from '../../domain/message.ts';
import { defaultSettings, type Room } from '../../domain/room.ts';
import type { RoomSummary } from '../../rooms/room-list.ts';
import type { MemberWithProfile } from '../../rooms/rooms.ts';
import type { HttpContext } from './context.ts';
import { badRequest, HttpError } from './http-error.ts';

/** The position of a page of members: the id of a member, which becomes part of a key. */
export const memberCursor = v.tuple([v.pipe(v.string(), v.check(isStoredUserId))]);

/**
 * Returns the cursor of the next page, or null after the last page.
 * @param position the parts of the position where the page begins. All are undefined after the last page.
 */
export function encodeCursor(position: readonly unknown[]): string | null {
  const parts = position.filter((part) => part !== undefined);
  return parts.length > 0 ? Buffer.from(JSON.stringify(parts)).toString('base64url') : null;
}

/** Returns the position of a page, undefined for the first page. @throws HttpError BAD_REQUEST */
export function decodeCursor<S extends v.GenericSchema>(
  text: string | undefined,
  shape: S,
): v.InferOutput<S> | undefined {
  if (text === undefined) return undefined;
  try {
    return v.parse(shape, JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw new HttpError(
      'BAD_REQUEST',
      'Request not read: the cursor is not valid. Send `next_cursor` unchanged.',
    );
  }
}

/**
 * Checks that ids are those of users.
 * @param failed how the error begins, such as `Member not added`
 * @throws HttpError BAD_REQUEST for a reserved id
 */
export function checkUserIds(ids: readonly string[], failed: string): void {
  if (!ids.some(isReservedId)) return;
  throw new HttpError('BAD_REQUEST', `${failed}: ${RESERVED_IDS}. Name another user.`);
}

/** Returns the message id in a path. @throws ChatError MESSAGE_NOT_FOUND */
export function messageIdOf(text: string): number {
  const result = v.safeParse(messageId, text);
  if (result.success) return result.output;
  throw new ChatError('MESSAGE_NOT_FOUND');
}

/**
 * Reads a JSON body.
 * @throws HttpError BAD_REQUEST that names the path of the wrong field, and what the field may contain
 */
export const readJson = <S extends v.GenericSchema>(schema: S) =>
  validator('json', withFaults(schema), (result) => {
    // Valibot accepts an array as an object without fields.
    if (Array.isArray(result.data)) throw badRequest('the body must be an object');
    if (!result.success) throw badRequest(describeFault(result.error, 'field', 'the body'));
  });

/** The value of a query parameter that a request repeats is a list. */
const sayOnce = (fault: Fault): Fault =>
  Array.isArray(fault.input) ? { ...fault, message: 'must be given once' } : fault;

/** Reads the query string. @throws HttpError BAD_REQUEST that names the wrong parameter, and what it may contain */
export const readQuery = <S extends v.GenericSchema>(schema: S) =>
  validator('query', withFaults(schema), (result) => {
    if (!result.success) {
      throw badRequest(describeFault(result.error.map(sayOnce), 'query parameter', 'the query'));
    }
  });

type Wire<S extends v.GenericSchema> = v.InferOutput<S>;

export const wireUser = ({ id, username, email, userType, ...user }: User): Wire<typeof ownShape> => ({
  id: wireId(id),
  username,
  email,
  user_type: userType,
  name: nameOf({ username, ...user }),
  avatar_url: user.avatarUrl ?? null,
});

/** Returns a caller as the reader of what others write. */
export const readerOf = (
  caller: User,
  { hidesEmails = false }: Pick<HttpContext, 'hidesEmails'>,
): Reader => ({
  viewer: actorId(caller),
  hidesEmails,
});

/** The message of contract S2, with fields that its frames do not have. The HTTP API is not open to guests. */
export const wireMessage = (message: Message, reader: Reader): Wire<typeof messageShape> => ({
  ...contentMessage(message, reader),
  type: message.type,
  status: message.status,
  edited: message.editedAt !== undefined,
  ...(message.deletedAt !== undefined && { deleted: true as const }),
  ...(message.replyTo !== undefined && { reply_to: message.replyTo }),
  ...(message.mentions && { mentions: message.mentions.map(wireId) }),
  ...(message.data && { data: message.data }),
});

export const isoOrNull = (ms = 0): string | null => (ms > 0 ? isoTime(ms) : null);

export const wireMember = (
  member: Member & Partial<MemberWithProfile>,
  now: number,
): Wire<typeof memberShape> => ({
  user_id: wireId(member.user),
  username: member.profile?.username ?? null,
  avatar_url: member.profile?.avatarUrl ?? null,
  profile_data: member.profile?.data ?? null,
  role: member.role,
  data: member.data ?? null,
  pending: member.pending ?? false,
  muted_until: member.mutedUntil > now ? isoOrNull(member.mutedUntil) : null,
  online: member.profile?.online ?? false,
  last_seen: member.profile?.lastSeen ?? null,
});

/** Returns the settings of a room, with the defaults of those that it has not. */
export const wireSettings = (room: Room) => {
  const { description, avatarUrl, posting, slowMode, archived } = { ...defaultSettings, ...room };
  return { description, avatar_url: avatarUrl, posting, slow_mode: slowMode, archived };
};

/** Returns the new values of a room's settings. */
export const settingsOf = ({ avatar_url, slow_mode, ...change }: v.InferOutput<typeof roomChangeBody>) => ({
  ...change,
  avatarUrl: avatar_url,
  slowMode: slow_mode,
});

export const wireRoom = ({ id, name, kind, access, data = null }: Room): Wire<typeof roomShape> => ({
  id: wireId(id),
  name,
  kind,
  access,
  data,
});

export const wireSummary = (
  summary: RoomSummary,
  reader: Reader,
  now: number,
): Wire<typeof summaryShape> => ({
  ...wireRoom(summary.room),
  ...wireSettings(summary.room),
  request: summary.isRequest,
  other: summary.other ? wireMember(summary.other, now) : null,
  unread: summary.unread,
  mentioned: summary.mentioned,
  unread_capped: summary.unreadCapped,
  last_message: summary.lastMessage ? wireMessage(summary.lastMessage, reader) : null,
  last_at: isoOrNull(summary.lastAt),
  preferences: summary.preferences,
});
