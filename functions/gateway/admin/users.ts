import { Hono } from 'hono';
import * as v from 'valibot';
import { closeSocketsOf } from '../../connections/sign-out.ts';
import { listQuery, roomsPage, userBody, userShape, usersPage } from '../../dialects/admin/schema.ts';
import { isStoredUserId } from '../../domain/id.ts';
import { MAX_USER_ROOMS } from '../../domain/room.ts';
import { type Account, ban, getAccounts, putAccount, signOut, unban } from '../../store/accounts.ts';
import { LIST_PARTS } from '../../store/keys.ts';
import { listUser, readList } from '../../store/lists.ts';
import { listRoomsOf } from '../../store/members.ts';
import { getRooms } from '../../store/rooms.ts';
import { HttpError } from '../http/http-error.ts';
import { decodeCursor, encodeCursor } from '../http/wire.ts';
import { audited } from './audit.ts';
import type { AdminContext, AdminEnv } from './context.ts';
import { describe } from './openapi.ts';
import { readJson, readQuery, wireAccount, wireRoom } from './wire.ts';

const position = v.tuple([
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LIST_PARTS - 1)),
  v.optional(v.pipe(v.string(), v.check(isStoredUserId))),
]);

const roomPosition = v.tuple([v.string()]);

/** Adds a user to the list of all users, and then changes the user. In this order, each changed user is listed. */
async function listed(id: string, { db }: AdminContext, change: () => Promise<Account>): Promise<Account> {
  await listUser(db, id);
  return change();
}

/** Users. */
export function users(context: AdminContext) {
  const { db } = context;
  const app = new Hono<AdminEnv>();
  app.get(
    '/users/',
    describe(
      'List the users that the admin API has created or changed, in no particular order.',
      { 200: ['A page of users.', usersPage] },
      [400],
    ),
    readQuery(listQuery),
    async (c) => {
      const { cursor, limit } = c.req.valid('query');
      const [part, after] = cursor === undefined ? [0] : decodeCursor(cursor, position);
      const { ids, next } = await readList(db, 'user', { part, after }, limit);
      const accounts = new Map((await getAccounts(db, ids)).map((account) => [account.id, account]));
      return c.json({
        users: ids.flatMap((id) => accounts.get(id) ?? []).map(wireAccount),
        next_cursor: next
          ? encodeCursor([next.part, ...(next.after === undefined ? [] : [next.after])])
          : null,
      });
    },
  );
  app.put(
    '/users/:user/',
    describe(
      'Create a user, or change one. A field that is absent keeps its value, and null removes it.',
      { 200: ['The user.', userShape] },
      [400, 413, 415],
    ),
    readJson(userBody),
    async (c) => {
      const user = c.req.param('user');
      const { name, avatar_url: avatarUrl, attributes } = c.req.valid('json');
      const account = await audited(c, context, { action: 'user.update', user }, () =>
        listed(user, context, () => putAccount(db, user, { name, avatarUrl, attributes })),
      );
      return c.json(wireAccount(account));
    },
  );
  app.get(
    '/users/:user/',
    describe(
      'Get a user who has connected, or whom the admin API has created or changed.',
      { 200: ['The user.', userShape] },
      [404],
    ),
    async (c) => {
      const [account] = await getAccounts(db, [c.req.param('user')]);
      if (!account) throw new HttpError('USER_NOT_FOUND');
      return c.json(wireAccount(account));
    },
  );
  app.get(
    '/users/:user/rooms/',
    describe(
      'List the rooms of a user, in the order of their ids.',
      { 200: ['A page of rooms.', roomsPage] },
      [400],
    ),
    readQuery(listQuery),
    async (c) => {
      const { cursor, limit } = c.req.valid('query');
      const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, roomPosition);
      const all = (await listRoomsOf(db, c.req.param('user'), MAX_USER_ROOMS)).sort();
      const remaining = all.filter((id) => id > after);
      const page = remaining.slice(0, limit);
      const states = new Map((await getRooms(db, page)).map((state) => [state.room.id, state]));
      return c.json({
        rooms: page.flatMap((id) => states.get(id) ?? []).map(wireRoom),
        next_cursor: remaining.length > limit ? encodeCursor([page.at(-1)]) : null,
      });
    },
  );
  app.post(
    '/users/:user/ban/',
    describe(
      'Ban a user: closes their sockets, and refuses their tokens at the handshake, by REST and in `authenticate`. ' +
        'They stay a member of their rooms.',
      { 200: ['The banned user.', userShape] },
      [],
    ),
    async (c) => {
      const user = c.req.param('user');
      const account = await audited(c, context, { action: 'user.ban', user }, async () => {
        const banned = await listed(user, context, () => ban(db, user, context.now()));
        await closeSocketsOf(user, context);
        return banned;
      });
      return c.json(wireAccount(account));
    },
  );
  app.delete(
    '/users/:user/ban/',
    describe('End the ban of a user.', { 200: ['The user.', userShape] }, []),
    async (c) => {
      const user = c.req.param('user');
      const account = await audited(c, context, { action: 'user.unban', user }, () =>
        listed(user, context, () => unban(db, user)),
      );
      return c.json(wireAccount(account));
    },
  );
  app.post(
    '/users/:user/sign_out/',
    describe(
      'Sign a user out everywhere: closes their sockets, and refuses tokens that were issued before.',
      { 200: ['The user.', userShape] },
      [],
    ),
    async (c) => {
      const user = c.req.param('user');
      const account = await audited(c, context, { action: 'user.sign_out', user }, async () => {
        const signedOut = await listed(user, context, () => signOut(db, user, context.now()));
        await closeSocketsOf(user, context);
        return signedOut;
      });
      return c.json(wireAccount(account));
    },
  );
  return app;
}
