import { Hono } from 'hono';
import type * as v from 'valibot';
import { mapLimited } from '../../delivery/concurrency.ts';
import {
  addedShape,
  deletionShape,
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
import type { Caller } from '../../domain/member.ts';
import { directRoomUsers, hasValidId, isRoomId } from '../../domain/room.ts';
import { deleteRoom } from '../../rooms/delete-room.ts';
import { cancelImport } from '../../rooms/import-room.ts';
import { addMember, changeMember, removeMember } from '../../rooms/members.ts';
import { storeRoomAs } from '../../rooms/new-room.ts';
import { fillRoom, listAllMembers } from '../../rooms/rooms.ts';
import { changeSettings } from '../../rooms/settings.ts';
import { readList } from '../../store/lists.ts';
import { getDeletedRoom } from '../../store/room-deletion.ts';
import { getRooms, type RoomState } from '../../store/rooms.ts';
import { HttpError } from '../http/http-error.ts';
import {
  checkUserIds,
  decodeCursor,
  encodeCursor,
  memberCursor,
  readJson,
  settingsOf,
} from '../http/wire.ts';
import { audited } from './audit.ts';
import type { AdminContext, AdminEnv } from './context.ts';
import { describe } from './openapi.ts';
import { listCursor, noFields, readQuery, wireMember, wireRoom, wrongRoomId } from './wire.ts';

const roomCursor = listCursor(isRoomId);

/** @throws ChatError ROOM_NOT_FOUND */
async function findRoom(id: string, { db }: AdminContext): Promise<RoomState> {
  const [state] = await getRooms(db, [id]);
  if (!state) throw new ChatError('ROOM_NOT_FOUND');
  return state;
}

type NewMembers = v.InferOutput<typeof membersBody>['members'];

/** Backends may create rooms and add members without limits. */
const noLimits = { create: null, invite: null };

/** Returns one entry for each user: the last one, if a request names a user several times. */
const distinct = (members: NewMembers): NewMembers => [
  ...new Map(members.map((each) => [each.user_id, each])).values(),
];

const idsOf = (members: NewMembers): readonly string[] => members.map(({ user_id }) => user_id);

/** Adds members to a group. Existing ones stay unchanged, so a repeat completes a request that failed halfway. */
const addMembers = (room: string, members: NewMembers, service: Caller, context: AdminContext) =>
  mapLimited(distinct(members), ({ user_id: user, role, data }) =>
    addMember({ room, user, role, ...(data && { data }) }, service, { ...context, roomLimits: noLimits }),
  );

/** Checks that a room's id, name and members fit together. @throws HttpError BAD_REQUEST */
function checkNewRoom(id: string, { name, access, members, data }: v.InferOutput<typeof roomBody>): void {
  const users = directRoomUsers(id);
  if (!hasValidId({ id, kind: users ? 'direct' : 'group' })) {
    throw new HttpError('BAD_REQUEST', `Room not created: ${wrongRoomId(id)}`);
  }
  if (!users) return;
  const hasSettings = name !== '' || access !== 'members' || data !== undefined;
  if (!hasSettings && members.every(({ user_id }) => users.includes(user_id))) return;
  throw new HttpError(
    'BAD_REQUEST',
    'Room not created: a direct room has no name, no data, and no members but the two in its id. Leave them out.',
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
      const [part, after] = decodeCursor(cursor, roomCursor) ?? [0];
      const { ids, next } = await readList(context.db, 'room', { part, after }, limit);
      const states = new Map((await getRooms(context.db, ids)).map((state) => [state.room.id, state]));
      const found = ids.flatMap((id) => states.get(id) ?? []);
      return c.json({
        rooms: found.map(wireRoom),
        next_cursor: encodeCursor([next?.part, next?.after]),
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
      [400, 404, 409, 410, 413, 415],
    ),
    readJson(roomBody),
    async (c) => {
      const id = c.req.param('id');
      const body = c.req.valid('json');
      checkNewRoom(id, body);
      const { name, access, members } = body;
      const users = directRoomUsers(id);
      checkUserIds(users ?? idsOf(members), 'Member not added');
      const kind = users ? 'direct' : 'group';
      const first = users
        ? users.map((user) => ({ user, role: 'member' as const }))
        : distinct(members).map(({ user_id: user, role, data }) => ({ user, role, ...(data && { data }) }));
      const change = { action: 'room.create', room: id, users: users ?? idsOf(members) };
      const created = await audited(c, context, change, async () => {
        if (await getDeletedRoom(context.db, id)) throw new HttpError('ROOM_DELETED');
        const stored = await storeRoomAs({ id, name, kind, access, data: body.data ?? null }, context);
        if (stored.room.name !== name || stored.room.access !== access) throw new HttpError('ROOM_EXISTS');
        const { service } = c.var;
        const isNew = stored.created || users;
        if (isNew) await fillRoom(id, first, service, { ...context, roomLimits: noLimits });
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
      'Change settings of a group. Members see the change at once. The same values again change nothing.',
      { 200: ['The changed room.', roomShape] },
      [400, 404, 409, 413, 415],
    ),
    readJson(roomChangeBody),
    async (c) => {
      const id = c.req.param('id');
      const change = settingsOf(c.req.valid('json'));
      await audited(c, context, { action: 'room.update', room: id }, () =>
        changeSettings(id, change, c.var.service, context),
      );
      return c.json(wireRoom(await findRoom(id, context)));
    },
  );
  app.delete(
    '/rooms/:id/',
    describe(
      'Delete a room. Members are notified, their sockets leave the room, and messages and files are gone after a day. The ' +
        'id cannot be used again. A direct room is emptied instead. For a room whose import is not complete, cancel the ' +
        'import: its id is then free.',
      {
        200: ['Deleted the room.', deletionShape],
        202: ['Not all of it is done. Repeat the request until it is.', deletionShape],
      },
      [400, 404, 409],
    ),
    noFields,
    async (c) => {
      const id = c.req.param('id');
      const change = { action: 'room.delete', room: id };
      const done = await audited(
        c,
        context,
        change,
        async () => (await cancelImport(id, context)) ?? deleteRoom(id, c.var.service, context),
      );
      return c.json({ room_id: id, done }, done ? 200 : 202);
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
      const [after] = decodeCursor(cursor, memberCursor) ?? [];
      const [page] = await Promise.all([
        listAllMembers(id, { after, limit }, context),
        findRoom(id, context),
      ]);
      const now = context.now();
      return c.json({
        members: page.members.map((member) => wireMember(member, now)),
        next_cursor: encodeCursor([page.next]),
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
      checkUserIds(idsOf(members), 'Member not added');
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
      'Change the role or the data of a member of a group.',
      { 200: ['The changed member.', memberShape] },
      [400, 404, 409, 413, 415],
    ),
    readJson(memberChangeBody),
    async (c) => {
      const { id: room, user } = c.req.param();
      const { role, data } = c.req.valid('json');
      const change = { room, user, ...(role && { role }), ...(data !== undefined && { data }) };
      const member = await audited(c, context, { action: 'member.update', room, user }, () =>
        changeMember(change, c.var.service, context),
      );
      return c.json(wireMember(member, context.now()));
    },
  );
  app.delete(
    '/rooms/:id/members/:user/',
    describe(
      'Remove a member from a group, even its last owner. Closes the sockets of the member in the room.',
      { 204: 'Removed the member.' },
      [400, 404, 409],
    ),
    noFields,
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
