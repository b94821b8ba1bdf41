import { validator } from 'hono-openapi';
import type * as v from 'valibot';
import type {
  auditShape,
  memberShape,
  messageShape,
  roomShape,
  userShape,
} from '../../dialects/admin/schema.ts';
import { ChatError } from '../../domain/errors.ts';
import type { Member } from '../../domain/member.ts';
import type { Message } from '../../domain/message.ts';
import type { MemberWithProfile } from '../../rooms/rooms.ts';
import type { Account } from '../../store/accounts.ts';
import type { AuditEntry } from '../../store/audit.ts';
import type { RoomState } from '../../store/rooms.ts';
import { type ErrorAnswer, errorAnswer } from '../http/http-error.ts';
import { checkFields } from '../http/wire.ts';

/** Reads a JSON body. @throws HttpError BAD_REQUEST */
export const readJson = <S extends v.GenericSchema>(schema: S) => validator('json', schema, checkFields);

/** Reads the query string. @throws HttpError BAD_REQUEST */
export const readQuery = <S extends v.GenericSchema>(schema: S) => validator('query', schema, checkFields);

/** Returns the answer to an error. Unlike a client, a backend learns whether a room exists. */
export function adminError(error: unknown): ErrorAnswer | undefined {
  const isMissingRoom =
    error instanceof ChatError && (error.code === 'ROOM_NOT_FOUND' || error.code === 'NOT_A_MEMBER');
  if (!isMissingRoom) return errorAnswer(error);
  const { code, message } = new ChatError('ROOM_NOT_FOUND');
  return { status: 404, code, message };
}

type Wire<S extends v.GenericSchema> = v.InferOutput<S>;

const isoOrNull = (ms: number): string | null => (ms > 0 ? new Date(ms).toISOString() : null);

export const wireRoom = ({ room, lastAt }: RoomState): Wire<typeof roomShape> => ({
  id: room.id,
  name: room.name,
  kind: room.kind,
  access: room.access,
  seq: room.seq,
  last_at: isoOrNull(lastAt),
});

const timeOf = (ms: number | undefined): string | null => isoOrNull(ms ?? 0);

export const wireAccount = (account: Account): Wire<typeof userShape> => ({
  id: account.id,
  username: account.username ?? null,
  name: account.name ?? null,
  avatar_url: account.avatarUrl ?? null,
  attributes: account.attributes,
  banned_at: timeOf(account.bannedAt),
  signed_out_at: timeOf(account.signedOutAt),
  last_seen: account.lastSeen ?? null,
});

export const wireAudit = ({ at, by, action, target, error }: AuditEntry): Wire<typeof auditShape> => ({
  at: new Date(at).toISOString(),
  by,
  action,
  ...(target.user !== undefined && { user_id: target.user }),
  ...(target.users !== undefined && { user_ids: [...target.users] }),
  ...(target.room !== undefined && { room_id: target.room }),
  ...(target.message !== undefined && { message_id: target.message }),
  ...(error !== undefined && { error }),
});

export const wireMember = (
  { user, role, pending, mutedUntil, profile }: Member & Partial<MemberWithProfile>,
  now: number,
): Wire<typeof memberShape> => ({
  user_id: user,
  username: profile?.username ?? null,
  role,
  pending: pending ?? false,
  muted_until: mutedUntil > now ? isoOrNull(mutedUntil) : null,
});

export function wireMessage(message: Message): Wire<typeof messageShape> {
  const { author, file, replyTo } = message;
  return {
    id: message.id,
    room_id: message.room,
    sender: { id: author.id, username: author.username, email: author.email, user_type: author.userType },
    text: message.text,
    type: message.type,
    status: message.status,
    created_at: message.createdAt,
    updated_at: message.updatedAt,
    edited: message.editedAt !== undefined,
    ...(replyTo !== undefined && { reply_to: replyTo }),
    ...(message.deletedAt !== undefined && { deleted: true as const }),
    ...(file && {
      file: { id: file.id, name: file.name, content_type: file.contentType, size: file.size },
    }),
  };
}
