import { validator } from 'hono-openapi';
import * as v from 'valibot';
import { contentMessage } from '../../dialects/content/content.ts';
import { clientId, file, fileName, messageId, text, userId, wireId } from '../../dialects/frame.ts';
import type {
  memberShape,
  messageShape,
  roomShape,
  summaryShape,
  userShape,
} from '../../dialects/rest/schema.ts';
import { HISTORY_LIMIT } from '../../domain/command.ts';
import { MAX_USER_ID_BYTES } from '../../domain/id.ts';
import { type Member, roles, type User } from '../../domain/member.ts';
import type { Message } from '../../domain/message.ts';
import type { Room } from '../../domain/room.ts';
import { isBlank } from '../../domain/text.ts';
import type { RoomSummary } from '../../rooms/room-list.ts';
import type { MemberWithProfile } from '../../rooms/rooms.ts';
import { HttpError } from './http-error.ts';

/** Longer mutes are pointless: remove the member instead. */
export const MAX_MUTE_SECONDS = 366 * 24 * 60 * 60;
const MAX_NEW_MEMBERS = 100;

/** The name of a room. A name without visible characters is the same as none. */
const roomName = v.pipe(
  v.string(),
  v.maxLength(200),
  v.check((name) => !name.includes('\0')),
  v.transform((name) => (isBlank(name) ? '' : name.toWellFormed())),
);

/** From 1 to 50. A pattern, because OpenAPI describes query parameters as strings. */
const pageSize = v.pipe(v.string(), v.maxLength(2), v.regex(/^([1-9]|[1-4]\d|50)$/), v.transform(Number));

const cursor = v.optional(v.pipe(v.string(), v.maxLength(2_000), v.regex(/^[\w-]+$/)));

export const roomsQuery = v.object({ cursor, limit: v.optional(pageSize, '20') });

/** From 1 to 500. */
const membersPageSize = v.pipe(
  v.string(),
  v.maxLength(3),
  v.regex(/^([1-9]\d?|[1-4]\d\d|500)$/),
  v.transform(Number),
);

export const membersQuery = v.object({ cursor, limit: v.optional(membersPageSize, '100') });

/** The beginning of a name, or a user id. At least one character is visible. */
const searchText = v.pipe(
  v.string(),
  v.maxLength(MAX_USER_ID_BYTES),
  v.check((text) => !isBlank(text) && !/\p{Cc}/u.test(text)),
  v.transform((text) => text.trim()),
);

export const usersQuery = v.object({ query: searchText, cursor, limit: v.optional(pageSize, '20') });

export const roomBody = v.union([
  v.object({ kind: v.literal('direct'), members: v.pipe(v.array(userId), v.minLength(1), v.maxLength(2)) }),
  v.object({
    kind: v.optional(v.literal('group'), 'group'),
    name: v.optional(roomName, ''),
    access: v.optional(v.picklist(['members', 'open']), 'members'),
    members: v.optional(v.pipe(v.array(userId), v.maxLength(MAX_NEW_MEMBERS)), []),
  }),
]);

export const memberBody = v.object({ user_id: userId, role: v.optional(v.picklist(roles), 'member') });

/** A change has a role, a mute or both. The mute has one of its two forms; 0 seconds or `null` ends it. */
export const memberChangeBody = v.pipe(
  v.object({
    role: v.optional(v.picklist(roles)),
    muted_until: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(64), v.isoTimestamp()))),
    muted_seconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_MUTE_SECONDS))),
  }),
  v.check(({ role, muted_until, muted_seconds }) => {
    const mutes = [muted_until, muted_seconds].filter((mute) => mute !== undefined);
    return mutes.length === 1 || (mutes.length === 0 && role !== undefined);
  }),
);

export const messagesQuery = v.object({
  before: v.optional(messageId),
  limit: v.optional(pageSize, String(HISTORY_LIMIT)),
});

export const messageBody = v.object({
  content: text,
  broadcast: v.optional(v.boolean(), false),
  client_id: v.optional(clientId),
  reply_to: v.optional(messageId),
  /** The id of an uploaded file, or the file's content in base64. */
  file: v.optional(file),
  file_name: v.optional(fileName),
});

export const uploadBody = v.object({
  name: fileName,
  content_type: v.pipe(v.string(), v.nonEmpty(), v.maxLength(200)),
  /** Bytes. */
  size: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

export const encodeCursor = (position: unknown): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/** @throws HttpError BAD_REQUEST */
export function decodeCursor<S extends v.GenericSchema>(text: string, shape: S): v.InferOutput<S> {
  try {
    return v.parse(shape, JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw new HttpError(
      'BAD_REQUEST',
      'Request not read: the cursor is not valid. Send `next_cursor` unchanged.',
    );
  }
}

interface Validation {
  readonly success: boolean;
  readonly error?: readonly { readonly path?: readonly unknown[] | undefined }[];
}

/** The error names the invalid field, but never quotes its value. @throws HttpError BAD_REQUEST */
export function checkFields(result: Validation): void {
  if (result.success) return;
  const [first] = result.error?.[0]?.path ?? [];
  const field = typeof first === 'object' && first !== null ? Reflect.get(first, 'key') : first;
  if (field === undefined) throw new HttpError('BAD_REQUEST');
  throw new HttpError(
    'BAD_REQUEST',
    `Request not read: the field "${String(field)}" is missing or malformed. See /api/openapi.json.`,
  );
}

/** Reads a JSON body. @throws HttpError BAD_REQUEST */
export const readJson = <S extends v.GenericSchema>(schema: S) => validator('json', schema, checkFields);

/** Reads the query string. @throws HttpError BAD_REQUEST */
export const readQuery = <S extends v.GenericSchema>(schema: S) => validator('query', schema, checkFields);

type Wire<S extends v.GenericSchema> = v.InferOutput<S>;

export const wireUser = ({ id, username, email, userType }: User): Wire<typeof userShape> => ({
  id: wireId(id),
  username,
  email,
  user_type: userType,
});

/** The message of contract S2, with fields that its frames do not have. The HTTP API is not open to guests. */
export const wireMessage = (message: Message): Wire<typeof messageShape> => ({
  ...contentMessage(message, {}),
  type: message.type,
  status: message.status,
  edited: message.editedAt !== undefined,
  ...(message.deletedAt !== undefined && { deleted: true as const }),
  ...(message.replyTo !== undefined && { reply_to: message.replyTo }),
});

const isoOrNull = (ms: number): string | null => (ms > 0 ? new Date(ms).toISOString() : null);

export const wireMember = (
  member: Member & Partial<MemberWithProfile>,
  now: number,
): Wire<typeof memberShape> => ({
  user_id: wireId(member.user),
  username: member.profile?.username ?? null,
  role: member.role,
  pending: member.pending ?? false,
  muted_until: member.mutedUntil > now ? isoOrNull(member.mutedUntil) : null,
  online: member.profile?.online ?? false,
  last_seen: member.profile?.lastSeen ?? null,
});

export const wireRoom = ({ id, name, kind, access }: Room): Wire<typeof roomShape> => ({
  id: wireId(id),
  name,
  kind,
  access,
});

export const wireSummary = (summary: RoomSummary): Wire<typeof summaryShape> => ({
  ...wireRoom(summary.room),
  request: summary.isRequest,
  unread: summary.unread,
  unread_capped: summary.unreadCapped,
  last_message: summary.lastMessage ? wireMessage(summary.lastMessage) : null,
  last_at: isoOrNull(summary.lastAt),
});
