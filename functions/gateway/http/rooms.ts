import { Hono } from 'hono';
import * as v from 'valibot';
import { descriptionShape, memberShape, membersPage, roomsPage } from '../../dialects/rest/schema.ts';
import { isStoredUserId } from '../../domain/id.ts';
import type { User } from '../../domain/member.ts';
import { acceptRequest, addMember, changeMember, declineRequest, removeMember } from '../../rooms/members.ts';
import type { NewRoom } from '../../rooms/new-room.ts';
import { listRooms } from '../../rooms/room-list.ts';
import { createRoom, describeRoom, listRoomMembers } from '../../rooms/rooms.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { HttpError } from './http-error.ts';
import { describe } from './openapi.ts';
import {
  decodeCursor,
  encodeCursor,
  MAX_MUTE_SECONDS,
  memberBody,
  memberChangeBody,
  membersQuery,
  readJson,
  readQuery,
  roomBody,
  roomsQuery,
  wireMember,
  wireRoom,
  wireSummary,
} from './wire.ts';

/** The time of the last change of a room, and the room's id. */
const roomCursor = v.tuple([v.number(), v.string()]);

/** The id of a member, which becomes part of a key. */
const memberCursor = v.tuple([v.pipe(v.string(), v.check(isStoredUserId))]);

/**
 * Reads the other user of a direct room from one id, or from both ids of the room.
 * @throws HttpError BAD_REQUEST for a direct room with oneself, and for one of two other users
 */
function newRoomOf(body: v.InferOutput<typeof roomBody>, caller: string): NewRoom {
  if (body.kind === 'group') return body;
  const [other, ...more] = body.members.filter((member) => member !== caller);
  if (other === undefined || more.length > 0) {
    throw new HttpError(
      'BAD_REQUEST',
      'Room not created: a direct room has you and one other member. Name one other user.',
    );
  }
  return { kind: 'direct', other };
}

async function wireDescription(id: string, caller: User, context: HttpContext) {
  const { room, members, moreMembers, isRequest } = await describeRoom(id, caller, context);
  const now = context.now();
  return {
    ...wireRoom(room),
    seq: room.seq,
    request: isRequest,
    members: members.map((member) => wireMember(member, now)),
    more_members: moreMembers,
  };
}

/**
 * Returns the end of a mute in milliseconds since the epoch: 0 to end it now, undefined to leave it unchanged. No mute
 * is stored for longer than `MAX_MUTE_SECONDS`.
 */
function mutedUntil(
  { muted_until, muted_seconds }: v.InferOutput<typeof memberChangeBody>,
  now: number,
): number | undefined {
  if (muted_until === null || muted_seconds === 0) return 0;
  if (muted_until !== undefined) return Math.min(Date.parse(muted_until), now + MAX_MUTE_SECONDS * 1000);
  return muted_seconds === undefined ? undefined : now + muted_seconds * 1000;
}

/** Rooms and their members. Mount it at the root: below `/chats`, Hono would drop the slash of `/chats/`. */
export function rooms(context: HttpContext) {
  const app = new Hono<HttpEnv>();
  app.get(
    '/chats/',
    describe(
      'List your rooms, latest first. A room that one of your sockets is reading has no unread messages.',
      { 200: ['A page of rooms.', roomsPage] },
      [400, 401],
    ),
    readQuery(roomsQuery),
    async (c) => {
      const { cursor, limit } = c.req.valid('query');
      const [lastAt = 0, id] = cursor === undefined ? [] : decodeCursor(cursor, roomCursor);
      const from = id === undefined ? {} : { cursor: { lastAt, id } };
      const { rooms, next } = await listRooms(c.var.caller, { limit, ...from }, context);
      return c.json({
        chats: rooms.map(wireSummary),
        next_cursor: next ? encodeCursor([next.lastAt, next.id]) : null,
      });
    },
  );
  app.post(
    '/chats/',
    describe(
      'Create a room. For members who share no room with you, it is a request.',
      {
        201: ['Created the room.', descriptionShape],
        200: ['The direct room already exists.', descriptionShape],
      },
      [400, 401, 403, 409, 413, 415],
    ),
    readJson(roomBody),
    async (c) => {
      const { caller } = c.var;
      const { id, created } = await createRoom(newRoomOf(c.req.valid('json'), caller.id), caller, context);
      return c.json(await wireDescription(id, caller, context), created ? 201 : 200);
    },
  );
  app.get(
    '/chats/:id/',
    describe('Get a room and its members', { 200: ['The room.', descriptionShape] }, [401, 403]),
    async (c) => c.json(await wireDescription(c.req.param('id'), c.var.caller, context)),
  );
  app.get(
    '/chats/:id/members/',
    describe(
      'List the members of a room in the order of their ids',
      { 200: ['A page of members.', membersPage] },
      [400, 401, 403],
    ),
    readQuery(membersQuery),
    async (c) => {
      const { cursor, limit } = c.req.valid('query');
      const [after] = cursor === undefined ? [] : decodeCursor(cursor, memberCursor);
      const page = await listRoomMembers(c.req.param('id'), { after, limit }, c.var.caller, context);
      const now = context.now();
      return c.json({
        members: page.members.map((member) => wireMember(member, now)),
        next_cursor: page.next === undefined ? null : encodeCursor([page.next]),
      });
    },
  );
  app.post(
    '/chats/:id/members/',
    describe(
      'Add a member. Requires an owner or a moderator. For a user who shares no room with you, it is a request.',
      {
        201: ['Added the member.', memberShape],
        200: ['The user already is a member, and stays unchanged.', memberShape],
      },
      [400, 401, 403, 404, 409, 413, 415],
    ),
    readJson(memberBody),
    async (c) => {
      const { user_id, role } = c.req.valid('json');
      const target = { room: c.req.param('id'), user: user_id, role };
      const { member, added } = await addMember(target, c.var.caller, context);
      return c.json(wireMember(member, context.now()), added ? 201 : 200);
    },
  );
  app.patch(
    '/chats/:id/members/:user/',
    describe(
      'Change the role of a member (requires an owner), or mute them until a time or for seconds (requires a ' +
        'moderator), at most 366 days. In an open room, visitors can be muted too: a signed-in user by id, a guest by ' +
        'the id of a message without a name, or by `guest:` and the name. A mute outlasts the membership.',
      { 200: ['The changed member.', memberShape] },
      [400, 401, 403, 404, 409, 413, 415],
    ),
    readJson(memberChangeBody),
    async (c) => {
      const body = c.req.valid('json');
      const until = mutedUntil(body, context.now());
      const change = {
        room: c.req.param('id'),
        user: c.req.param('user'),
        ...(body.role !== undefined && { role: body.role }),
        ...(until !== undefined && { mutedUntil: until }),
      };
      return c.json(wireMember(await changeMember(change, c.var.caller, context), context.now()));
    },
  );
  app.delete(
    '/chats/:id/members/:user/',
    describe(
      'Remove a member, or leave the room. Removing others requires an owner or a moderator. Closes the sockets of ' +
        'the member in the room; inboxes and sockets that joined it get no more of its events.',
      { 204: 'Removed the member.' },
      [401, 403, 404, 409],
    ),
    async (c) => {
      await removeMember({ room: c.req.param('id'), user: c.req.param('user') }, c.var.caller, context);
      return c.body(null, 204);
    },
  );
  app.post(
    '/chats/:id/accept/',
    describe('Accept a request. Writing in the room accepts it too.', { 204: 'Accepted.' }, [401, 403]),
    async (c) => {
      await acceptRequest(c.req.param('id'), c.var.caller, context);
      return c.body(null, 204);
    },
  );
  app.post(
    '/chats/:id/decline/',
    describe(
      'Decline a request. It leaves your list, and the other user of a direct room cannot add you again.',
      { 204: 'Declined.' },
      [401, 403, 409],
    ),
    async (c) => {
      await declineRequest(c.req.param('id'), c.var.caller, context);
      return c.body(null, 204);
    },
  );
  return app;
}
