import { Hono } from 'hono';
import * as v from 'valibot';
import { eraseUser } from '../../commands/erase-user.ts';
import { isoTime } from '../../delivery/context.ts';
import { erasedRoomsPage, erasureShape, listQuery } from '../../dialects/admin/schema.ts';
import { isRoomId } from '../../domain/room.ts';
import { getErasure, listErasedRooms } from '../../store/erasures.ts';
import { HttpError } from '../http/http-error.ts';
import { checkUserIds, decodeCursor, encodeCursor } from '../http/wire.ts';
import { audited } from './audit.ts';
import type { AdminContext, AdminEnv } from './context.ts';
import { describe } from './openapi.ts';
import { noFields, readQuery } from './wire.ts';

const roomCursor = v.tuple([v.pipe(v.string(), v.check(isRoomId))]);

/** Erasing users. */
export function erasure(context: AdminContext) {
  const { db } = context;
  const app = new Hono<AdminEnv>();
  app.post(
    '/users/:user/erase/',
    describe(
      'Erase a user: bans them, deletes their messages and files in all rooms, ends their memberships, and removes ' +
        'their profile. Repeat the request until `done` is true. A later repeat starts again.',
      {
        200: ['The user is erased.', erasureShape],
        202: ['A part of the work is done. Repeat the request.', erasureShape],
      },
      [400, 404, 500],
    ),
    noFields,
    async (c) => {
      const user = c.req.param('user');
      // System messages and those of bots belong to the team.
      checkUserIds([user], 'User not erased');
      const erased = await audited(c, context, { action: 'user.erase', user }, () =>
        eraseUser(user, c.var.service, context),
      );
      // Undefined while another request works on it.
      const job = erased ?? (await getErasure(db, user));
      if (!job) throw new HttpError('USER_NOT_FOUND');
      const { startedAt, step, messages, emoji, files } = job;
      const done = erased !== undefined && step === 'done';
      const started_at = isoTime(startedAt);
      return c.json({ user_id: user, started_at, done, messages, emoji, files }, done ? 200 : 202);
    },
  );
  app.get(
    '/users/:user/erasure/',
    describe(
      'List the rooms in which an erasure found a membership or entries of the user, in the order of their ids, for 400 days.',
      { 200: ['A page of rooms.', erasedRoomsPage] },
      [400, 404],
    ),
    readQuery(listQuery),
    async (c) => {
      const { cursor, limit } = c.req.valid('query');
      const [after] = decodeCursor(cursor, roomCursor) ?? [];
      const { rooms, next } = await listErasedRooms(db, c.req.param('user'), { after, limit });
      return c.json({
        rooms: rooms.map(({ room, messages, emoji, files, held }) => ({
          room_id: room,
          ...{ messages, emoji, files, held },
        })),
        next_cursor: encodeCursor([next]),
      });
    },
  );
  return app;
}
