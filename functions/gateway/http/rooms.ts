import { Hono } from 'hono';
import * as v from 'valibot';
import {
  MAX_MUTE_SECONDS,
  memberBody,
  memberChangeBody,
  membersQuery,
  preferencesBody,
  roomBody,
  roomChangeBody,
  roomsQuery,
} from '../../dialects/rest/requests.ts';
import {
  descriptionShape,
  memberShape,
  membersPage,
  preferencesShape,
  roomsPage,
} from '../../dialects/rest/schema.ts';
import type { User } from '../../domain/member.ts';
import { deleteRoom } from '../../rooms/delete-room.ts';
import { acceptRequest, addMember, changeMember, declineRequest, removeMember } from '../../rooms/members.ts';
import { isOwnDirectRoom, type NewRoom } from '../../rooms/new-room.ts';
import { changePreferences } from '../../rooms/preferences.ts';
import { listRooms } from '../../rooms/room-list.ts';
import { createRoom, describeRoom, listRoomMembers } from '../../rooms/rooms.ts';
import { changeSettings } from '../../rooms/settings.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { HttpError } from './http-error.ts';
import { describe } from './openapi.ts';
import {
  checkUserIds,
  decodeCursor,
  encodeCursor,
  memberCursor,
  readerOf,
  readJson,
  readQuery,
  settingsOf,
  wireMember,
  wireRoom,
  wireSettings,
  wireSummary,
} from './wire.ts';

/** The time of the last change of a room, the room's id, and whether the room is pinned. */
const roomCursor = v.tuple([v.number(), v.string(), v.optional(v.literal(true))]);

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
  const { room, members, moreMembers, isRequest, preferences } = await describeRoom(id, caller, context);
  const now = context.now();
  return {
    ...wireRoom(room),
    ...wireSettings(room),
    seq: room.seq,
    request: isRequest,
    members: members.map((member) => wireMember(member, now)),
    more_members: moreMembers,
    preferences,
    max_file_bytes: context.maxFileBytes,
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
      'List your rooms: pinned ones first, and then the latest first. Rooms that you have hidden are left out until ' +
        'another user sends a message; `hidden=true` lists only them. A room that one of your sockets is reading has ' +
        'no unread messages.',
      { 200: ['A page of rooms.', roomsPage] },
      [400, 401],
    ),
    readQuery(roomsQuery),
    async (c) => {
      const { cursor, limit, hidden } = c.req.valid('query');
      const [lastAt = 0, id, pinned] = decodeCursor(cursor, roomCursor) ?? [];
      const from = id === undefined ? {} : { cursor: { lastAt, id, pinned } };
      const page = { limit, hidden: hidden === 'true', ...from };
      const { rooms, next } = await listRooms(c.var.caller, page, context);
      const reader = readerOf(c.var.caller, context);
      return c.json({
        chats: rooms.map((summary) => wireSummary(summary, reader, context.now())),
        next_cursor: encodeCursor([next?.lastAt, next?.id, next?.pinned]),
        may_create_rooms: context.usersCreateRooms,
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
      const body = c.req.valid('json');
      const others = body.members.filter((member) => member !== caller.id);
      checkUserIds(others, 'Room not created');
      const newRoom = newRoomOf(body, caller.id);
      if (!context.usersCreateRooms && !(await isOwnDirectRoom(newRoom, caller, context))) {
        throw new HttpError('ROOMS_BY_ADMINS_ONLY');
      }
      const { id, created } = await createRoom(newRoom, caller, context);
      return c.json(await wireDescription(id, caller, context), created ? 201 : 200);
    },
  );
  app.get(
    '/chats/:id/',
    describe('Get a room and its members', { 200: ['The room.', descriptionShape] }, [401, 403]),
    async (c) => c.json(await wireDescription(c.req.param('id'), c.var.caller, context)),
  );
  app.patch(
    '/chats/:id/',
    describe(
      'Change settings of a group. Requires an owner or a moderator, and for `archived` an owner. Members see the ' +
        'change at once. The same values again change nothing.',
      { 200: ['The changed room.', descriptionShape] },
      [400, 401, 403, 409, 413, 415],
    ),
    readJson(roomChangeBody),
    async (c) => {
      const id = c.req.param('id');
      await changeSettings(id, settingsOf(c.req.valid('json')), c.var.caller, context);
      return c.json(await wireDescription(id, c.var.caller, context));
    },
  );
  app.delete(
    '/chats/:id/',
    describe(
      'Delete a group. Requires an owner. Members are notified, their sockets leave the room, and messages and files are ' +
        'gone after a day.',
      {
        204: 'Deleted the room.',
        202: 'Deleted the room. Repeat the request, so that all messages and files expire.',
      },
      [401, 403, 409],
    ),
    async (c) => {
      const done = await deleteRoom(c.req.param('id'), c.var.caller, context);
      return c.body(null, done ? 204 : 202);
    },
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
      const [after] = decodeCursor(cursor, memberCursor) ?? [];
      const page = await listRoomMembers(c.req.param('id'), { after, limit }, c.var.caller, context);
      const now = context.now();
      return c.json({
        members: page.members.map((member) => wireMember(member, now)),
        next_cursor: encodeCursor([page.next]),
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
      const { user_id, role, data } = c.req.valid('json');
      checkUserIds([user_id], 'Member not added');
      const target = { room: c.req.param('id'), user: user_id, role, ...(data && { data }) };
      const { member, added } = await addMember(target, c.var.caller, context);
      return c.json(wireMember(member, context.now()), added ? 201 : 200);
    },
  );
  app.patch(
    '/chats/:id/members/:user/',
    describe(
      'Change the role of a member (requires an owner), change their data, or mute them until a time or for seconds ' +
        '(requires a moderator), at most 366 days. In an open room, visitors can be muted too: a signed-in user by id, a guest by ' +
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
        ...(body.data !== undefined && { data: body.data }),
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
  app.patch(
    '/chats/:id/preferences/',
    describe(
      'Change what you want of a room: notifications, a place at the top of your list, or none in the list until ' +
        'another user sends a message. Your other devices receive the change at once, and nobody else sees it.',
      { 200: ['Your preferences.', preferencesShape] },
      [400, 401, 403, 413, 415],
    ),
    readJson(preferencesBody),
    async (c) =>
      c.json(await changePreferences(c.req.param('id'), c.req.valid('json'), c.var.caller, context)),
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
