import { Hono } from 'hono';
import * as v from 'valibot';
import { mapLimited } from '../../delivery/concurrency.ts';
import {
  addedShape,
  listQuery,
  memberChangeBody,
  memberShape,
  membersBody,
  membersPage,
  roomBody,
  roomChangeBody,
  roomShape,
  roomsPage,
} from '../../dialects/admin/schema.ts';
import { ChatError } from '../../domain/errors.ts';
import { isStoredUserId } from '../../domain/id.ts';
import type { Caller } from '../../domain/member.ts';
import { directRoomUsers, hasValidId, isRoomId } from '../../domain/room.ts';
import { addMember, changeMember, removeMember } from '../../rooms/members.ts';
import { storeRoomAs } from '../../rooms/new-room.ts';
import { fillDirectRoom, listAllMembers } from '../../rooms/rooms.ts';
import { LIST_PARTS } from '../../store/keys.ts';
import { readList } from '../../store/lists.ts';
import { getRooms, type RoomState, renameRoom } from '../../store/rooms.ts';
import { HttpError } from '../http/http-error.ts';
import { decodeCursor, encodeCursor } from '../http/wire.ts';
import { audited } from './audit.ts';
import type { AdminContext, AdminEnv } from './context.ts';
import { describe } from './openapi.ts';
import { readJson, readQuery, wireMember, wireRoom } from './wire.ts';

const position = v.tuple([
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LIST_PARTS - 1)),
  v.optional(v.pipe(v.string(), v.check(isRoomId))),
]);

/** The id of a member, which becomes part of a key. */
const memberCursor = v.tuple([v.pipe(v.string(), v.check(isStoredUserId))]);

/** @throws ChatError ROOM_NOT_FOUND */
async function findRoom(id: string, { db }: AdminContext): Promise<RoomState> {
  const [state] = await getRooms(db, [id]);
  if (!state) throw new ChatError('ROOM_NOT_FOUND');
  return state;
}

type NewMembers = v.InferOutput<typeof membersBody>['members'];

/** Backends may create rooms and add members without limits. */
const noLimits = { create: null, invite: null };

const idsOf = (members: NewMembers): readonly string[] => members.map(({ user_id }) => user_id);

/** Adds members to a group. Existing ones stay unchanged, so a repeat completes a request that failed halfway. */
const addMembers = (room: string, members: NewMembers, service: Caller, context: AdminContext) =>
  mapLimited([...new Map(members.map((each) => [each.user_id, each])).values()], ({ user_id: user, role }) =>
    addMember({ room, user, role }, service, { ...context, roomLimits: noLimits }),
  );

/** Checks that a room's id, name and members fit together. @throws HttpError BAD_REQUEST */
function checkNewRoom(id: string, { name, access, members }: v.InferOutput<typeof roomBody>): void {
  const users = directRoomUsers(id);
  if (!hasValidId({ id, kind: users ? 'direct' : 'group' })) {
    throw new HttpError(
      'BAD_REQUEST',
      'Room not created: only direct rooms have ids like this. Choose another id.',
    );
  }
  if (!users) return;
  const fits = name === '' && access === 'members' && members.every(({ user_id }) => users.includes(user_id));
  if (fits) return;
  throw new HttpError(
    'BAD_REQUEST',
    'Room not created: a direct room has no name, and no members but the two in its id. Leave them out.',
  );
}

/** Rooms and their members. */
export function rooms(context: AdminContext) {
  const app = new Hono<AdminEnv>();
  app.get(
    '/rooms/',
    describe('List all rooms, in no particular order.', { 200: ['A page of rooms.', roomsPage] }, [400]),
    readQuery(listQuery),
    async (c) => {
      const { cursor, limit } = c.req.valid('query');
      const [part, after] = cursor === undefined ? [0] : decodeCursor(cursor, position);
      const { ids, next } = await readList(context.db, 'room', { part, after }, limit);
      const states = new Map((await getRooms(context.db, ids)).map((state) => [state.room.id, state]));
      const found = ids.flatMap((id) => states.get(id) ?? []);
      return c.json({
        rooms: found.map(wireRoom),
        next_cursor: next
          ? encodeCursor([next.part, ...(next.after === undefined ? [] : [next.after])])
          : null,
      });
    },
  );
  app.put(
    '/rooms/:id/',
    describe(
      'Create a room with an id of your choice. For a direct room, the id is `direct:<user>:<user>`. A repeat adds the ' +
        'members that are missing, and changes nothing else.',
      {
        201: ['Created the room.', roomShape],
        200: ['The room already exists, with this name and access.', roomShape],
      },
      [400, 409, 413, 415],
    ),
    readJson(roomBody),
    async (c) => {
      const id = c.req.param('id');
      const body = c.req.valid('json');
      checkNewRoom(id, body);
      const { name, access, members } = body;
      const users = directRoomUsers(id);
      const kind = users ? 'direct' : 'group';
      const change = { action: 'room.create', room: id, users: users ?? idsOf(members) };
      const created = await audited(c, context, change, async () => {
        const stored = await storeRoomAs({ id, name, kind, access }, context);
        if (stored.room.name !== name || stored.room.access !== access) throw new HttpError('ROOM_EXISTS');
        const { service } = c.var;
        if (users) await fillDirectRoom(id, users, service, { ...context, roomLimits: noLimits });
        else await addMembers(id, members, service, context);
        return stored.created;
      });
      return c.json(wireRoom(await findRoom(id, context)), created ? 201 : 200);
    },
  );
  app.get('/rooms/:id/', describe('Get a room.', { 200: ['The room.', roomShape] }, [404]), async (c) =>
    c.json(wireRoom(await findRoom(c.req.param('id'), context))),
  );
  app.patch(
    '/rooms/:id/',
    describe(
      'Change the name of a group. Clients show it when they next load the room.',
      { 200: ['The changed room.', roomShape] },
      [400, 404, 413, 415],
    ),
    readJson(roomChangeBody),
    async (c) => {
      const id = c.req.param('id');
      if (directRoomUsers(id)) {
        throw new HttpError('BAD_REQUEST', 'Room not changed: a direct room has no name. Name a group.');
      }
      const { name } = c.req.valid('json');
      await audited(c, context, { action: 'room.update', room: id }, async () => {
        if (!(await renameRoom(context.db, id, name))) throw new ChatError('ROOM_NOT_FOUND');
      });
      return c.json(wireRoom(await findRoom(id, context)));
    },
  );
  app.get(
    '/rooms/:id/members/',
    describe(
      'List the members of a room in the order of their ids.',
      { 200: ['A page of members.', membersPage] },
      [400, 404],
    ),
    readQuery(listQuery),
    async (c) => {
      const id = c.req.param('id');
      const { cursor, limit } = c.req.valid('query');
      const [after] = cursor === undefined ? [] : decodeCursor(cursor, memberCursor);
      const [page] = await Promise.all([
        listAllMembers(id, { after, limit }, context),
        findRoom(id, context),
      ]);
      const now = context.now();
      return c.json({
        members: page.members.map((member) => wireMember(member, now)),
        next_cursor: page.next === undefined ? null : encodeCursor([page.next]),
      });
    },
  );
  app.post(
    '/rooms/:id/members/',
    describe(
      'Add up to 100 members to a group. Users who already are members stay unchanged.',
      { 200: ['The members of the request.', addedShape] },
      [400, 404, 409, 413, 415],
    ),
    readJson(membersBody),
    async (c) => {
      const id = c.req.param('id');
      const { members } = c.req.valid('json');
      const change = { action: 'member.add', room: id, users: idsOf(members) };
      const all = await audited(c, context, change, () => addMembers(id, members, c.var.service, context));
      const now = context.now();
      return c.json({
        members: all.map(({ member }) => wireMember(member, now)),
        added: all.filter(({ added }) => added).map(({ member }) => member.user),
      });
    },
  );
  app.patch(
    '/rooms/:id/members/:user/',
    describe(
      'Change the role of a member of a group.',
      { 200: ['The changed member.', memberShape] },
      [400, 404, 409, 413, 415],
    ),
    readJson(memberChangeBody),
    async (c) => {
      const { id: room, user } = c.req.param();
      const { role } = c.req.valid('json');
      const member = await audited(c, context, { action: 'member.update', room, user }, () =>
        changeMember({ room, user, role }, c.var.service, context),
      );
      return c.json(wireMember(member, context.now()));
    },
  );
  app.delete(
    '/rooms/:id/members/:user/',
    describe(
      'Remove a member from a group, also its last owner. Closes the sockets of the member in the room.',
      { 204: 'Removed the member.' },
      [404, 409],
    ),
    async (c) => {
      const { id: room, user } = c.req.param();
      await audited(c, context, { action: 'member.remove', room, user }, () =>
        removeMember({ room, user }, c.var.service, context),
      );
      return c.body(null, 204);
    },
  );
  return app;
}
