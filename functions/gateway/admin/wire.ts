import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import { METHOD_NAME_ALL } from 'hono/router';
import * as v from 'valibot';
import { isoTime } from '../../delivery/context.ts';
import type {
  auditShape,
  memberShape,
  messageShape,
  roomShape,
  userShape,
} from '../../dialects/admin/schema.ts';
import { isUnknown, shownName } from '../../dialects/field-faults.ts';
import { ChatError } from '../../domain/errors.ts';
import { type Member, nameOf } from '../../domain/member.ts';
import type { Message } from '../../domain/message.ts';
import { isRoomId } from '../../domain/room.ts';
import type { MemberWithProfile } from '../../rooms/rooms.ts';
import type { Account } from '../../store/accounts.ts';
import type { AuditEntry } from '../../store/audit.ts';
import { LIST_PARTS } from '../../store/keys.ts';
import type { RoomState } from '../../store/rooms.ts';
import { badRequest, type ErrorAnswer, errorAnswer } from '../http/http-error.ts';
import { isoOrNull, readQuery as readQueryInRest, wireSettings } from '../http/wire.ts';

/** The position in a list of all rooms or users: a part of the list, and the last id of the page before. */
export const listCursor = (isId: (id: string) => boolean) =>
  v.tuple([
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LIST_PARTS - 1)),
    v.optional(v.pipe(v.string(), v.check(isId))),
  ]);

/**
 * Refuses a body with fields, for requests that read none: the fields would have no effect.
 * @throws HttpError BAD_REQUEST
 */
export const noFields = createMiddleware(async (c, next) => {
  const body = (await c.req.text()).trim();
  if (!['', '{}'].includes(body))
    throw badRequest('the body must be empty, because this request has no fields');
  await next();
});

/** A signature of AWS may be in the query. */
const isSignature = (name: string): boolean => /^x-amz-/i.test(name);

/** The names of the query parameters that a handler reads. */
const readNames = new WeakMap<object, readonly string[]>();

/** Reads the query string. `refuseUnknownParameters` learns its parameters. @throws HttpError BAD_REQUEST */
export function readQuery<E extends v.ObjectEntries>(schema: v.ObjectSchema<E, undefined>) {
  const handler = readQueryInRest(schema);
  readNames.set(handler, Object.keys(schema.entries));
  return handler;
}

/**
 * Refuses query parameters that the route does not read. They would have no effect: a misspelt cursor would read the
 * first page for ever.
 * @throws HttpError BAD_REQUEST
 */
export const refuseUnknownParameters = createMiddleware(async (c, next) => {
  // Middleware matches all methods. A path that has no route is answered with 404.
  const handlers = matchedRoutes(c).filter(({ method }) => method !== METHOD_NAME_ALL);
  const known = handlers.flatMap(({ handler }) => readNames.get(handler) ?? []);
  const names = [...new URL(c.req.url).searchParams.keys()];
  const name = names.find((each) => !known.includes(each) && !isSignature(each));
  if (handlers.length > 0 && name !== undefined) {
    const fault = known.length > 0 ? isUnknown(known) : 'is unknown, because this request has none';
    throw badRequest(`the query parameter "${shownName(name)}" ${fault}`);
  }
  await next();
});

/** Returns the answer to an error. Unlike a client, a backend learns whether a room exists. */
export function adminError(error: unknown): ErrorAnswer | undefined {
  const isMissingRoom =
    error instanceof ChatError && (error.code === 'ROOM_NOT_FOUND' || error.code === 'NOT_A_MEMBER');
  if (!isMissingRoom) return errorAnswer(error);
  const { code, message } = new ChatError('ROOM_NOT_FOUND');
  return { status: 404, code, message };
}

/** Returns why no new room can have an id, and what to do. */
export const wrongRoomId = (id: string): string =>
  isRoomId(id)
    ? 'the id of a direct room is direct:<user>:<user>, with the lower user id first, and %3A for a colon in an id. ' +
      'Write it like this, or choose another id.'
    : 'no room can have this id. Choose another id.';

type Wire<S extends v.GenericSchema> = v.InferOutput<S>;

export const wireRoom = ({ room, lastAt }: RoomState): Wire<typeof roomShape> => ({
  id: room.id,
  name: room.name,
  kind: room.kind,
  access: room.access,
  ...wireSettings(room),
  data: room.data ?? null,
  seq: room.seq,
  last_at: isoOrNull(lastAt),
});

export const wireAccount = (account: Account): Wire<typeof userShape> => ({
  id: account.id,
  username: account.username,
  name: account.name ?? null,
  avatar_url: account.avatarUrl ?? null,
  attributes: account.attributes,
  data: account.data ?? null,
  banned_at: isoOrNull(account.bannedAt),
  signed_out_at: isoOrNull(account.signedOutAt),
  last_seen: account.lastSeen ?? null,
});

export const wireAudit = ({ at, by, action, target, error }: AuditEntry): Wire<typeof auditShape> => ({
  at: isoTime(at),
  by,
  action,
  ...(target.user !== undefined && { user_id: target.user }),
  ...(target.users !== undefined && { user_ids: [...target.users] }),
  ...(target.room !== undefined && { room_id: target.room }),
  ...(target.message !== undefined && { message_id: target.message }),
  ...(error !== undefined && { error }),
});

export const wireMember = (
  { user, role, data, pending, mutedUntil, profile }: Member & Partial<MemberWithProfile>,
  now: number,
): Wire<typeof memberShape> => ({
  user_id: user,
  username: profile?.username ?? null,
  role,
  data: data ?? null,
  pending: pending ?? false,
  muted_until: mutedUntil > now ? isoOrNull(mutedUntil) : null,
});

export function wireMessage(message: Message): Wire<typeof messageShape> {
  const { author, file, replyTo } = message;
  return {
    id: message.id,
    room_id: message.room,
    sender: {
      id: author.id,
      username: author.username,
      name: nameOf(author),
      avatar_url: author.avatarUrl ?? null,
      email: author.email,
      user_type: author.userType,
    },
    text: message.text,
    type: message.type,
    status: message.status,
    created_at: message.createdAt,
    updated_at: message.updatedAt,
    edited: message.editedAt !== undefined,
    ...(replyTo !== undefined && { reply_to: replyTo }),
    ...(message.mentions && { mentions: [...message.mentions] }),
    ...(message.data && { data: message.data }),
    ...(message.deletedAt !== undefined && { deleted: true as const }),
    ...(file && {
      file: { id: file.id, name: file.name, content_type: file.contentType, size: file.size },
    }),
  };
}
