import { Hono } from 'hono';
import * as v from 'valibot';
import { descriptionShape, roomsPage } from '../../dialects/rest/schema.ts';
import type { User } from '../../domain/member.ts';
import { createRoom, type RoomWish } from '../../rooms/rooms.ts';
import { describeRoom } from '../../rooms/describe-room.ts';
import { listRooms, type RoomCursor } from '../../rooms/room-list.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { describe } from './openapi.ts';
import { HttpError } from './http-error.ts';
import { readJson, readQuery } from './read-request.ts';
import { roomBody, roomsQuery } from './requests.ts';
import { wireMember, wireRoom, wireSummary } from './wire.ts';

const cursorShape = v.tuple([v.number(), v.string()]);

const writtenCursor = ({ lastAt, id }: RoomCursor): string =>
  Buffer.from(JSON.stringify([lastAt, id])).toString('base64url');

/** @throws HttpError BAD_REQUEST for what is none of ours */
function readCursor(text: string): RoomCursor {
  try {
    const [lastAt, id] = v.parse(cursorShape, JSON.parse(Buffer.from(text, 'base64url').toString()));
    return { lastAt, id };
  } catch {
    throw new HttpError('BAD_REQUEST', 'The cursor is not one of ours: send next_cursor as it came');
  }
}

function wishOf(body: v.InferOutput<typeof roomBody>, caller: string): RoomWish {
  if (body.kind === 'group') return body;
  const [other] = body.members;
  if (other === undefined || other === caller) {
    throw new HttpError('BAD_REQUEST', 'A direct room is of two people: name one other than yourself');
  }
  return { kind: 'direct', other };
}

async function described(id: string, caller: User, context: HttpContext) {
  const { room, members, moreMembers } = await describeRoom(id, caller, context);
  const now = context.now();
  return {
    ...wireRoom(room),
    seq: room.seq,
    members: members.map((member) => wireMember(member, now)),
    more_members: moreMembers,
  };
}

/** The rooms of whoever is signed in. Mounted at the root: Hono would take the slash off `/chats/` below it. */
export function rooms(context: HttpContext) {
  const app = new Hono<HttpEnv>();
  app.get(
    '/chats/',
    describe(
      'My rooms, latest first. What one of my sockets reads at once is not unread while it is open',
      { 200: ['A page of them', roomsPage] },
      [400, 401],
    ),
    readQuery(roomsQuery),
    async (c) => {
      const { cursor, limit } = c.req.valid('query');
      const from = cursor === undefined ? {} : { cursor: readCursor(cursor) };
      const listed = await listRooms(c.var.caller, { limit, ...from }, context);
      const next_cursor = listed.next ? writtenCursor(listed.next) : null;
      return c.json({ chats: listed.rooms.map(wireSummary), next_cursor });
    },
  );
  app.post(
    '/chats/',
    describe(
      'Make a room',
      { 201: ['It is made', descriptionShape], 200: ['A direct room that was there', descriptionShape] },
      [400, 401, 403, 413, 415],
    ),
    readJson(roomBody),
    async (c) => {
      const { caller } = c.var;
      const { id, created } = await createRoom(wishOf(c.req.valid('json'), caller.id), caller, context);
      return c.json(await described(id, caller, context), created ? 201 : 200);
    },
  );
  app.get(
    '/chats/:id/',
    describe('A room and its members', { 200: ['The room', descriptionShape] }, [401, 403]),
    async (c) => c.json(await described(c.req.param('id'), c.var.caller, context)),
  );
  return app;
}
