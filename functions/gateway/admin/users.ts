import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { closeSocketsOf } from '../../connections/sign-out.ts';
import { listQuery, roomsPage, userBody, userShape, usersPage } from '../../dialects/admin/schema.ts';
import { isStoredUserId } from '../../domain/id.ts';
import { MAX_USER_ROOMS } from '../../domain/room.ts';
import { type Account, ban, getAccounts, putAccount, signOut, unban } from '../../store/accounts.ts';
import { relistName } from '../../store/directory.ts';
import { listUser, readList } from '../../store/lists.ts';
import { listRoomsOf } from '../../store/members.ts';
import { getRooms } from '../../store/rooms.ts';
import { HttpError } from '../http/http-error.ts';
import { checkUserIds, decodeCursor, encodeCursor, readJson } from '../http/wire.ts';
import { audited } from './audit.ts';
import type { AdminContext, AdminEnv } from './context.ts';
import { describe } from './openapi.ts';
import { listCursor, noFields, readQuery, wireAccount, wireRoom } from './wire.ts';

const userCursor = listCursor(isStoredUserId);

const roomCursor = v.tuple([v.string()]);

/** Users. */
export function users(context: AdminContext) {
  const { db } = context;
  const app = new Hono<AdminEnv>();

  /** Changes the user of a request, and answers with the user. Lists the user first, so each changed user is listed. */
  const answerChange = async (
    c: Context<AdminEnv, '/users/:user/'>,
    action: string,
    change: (user: string) => Promise<Account>,
  ) => {
    const user = c.req.param('user');
    // An earlier release may have banned a user with a reserved id.
    if (action !== 'user.unban') checkUserIds([user], 'User not changed');
    const account = await audited(c, context, { action, user }, async () => {
      await listUser(db, user);
      return change(user);
    });
    return c.json(wireAccount(account));
  };

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
      const [part, after] = decodeCursor(cursor, userCursor) ?? [0];
      const { ids, next } = await readList(db, 'user', { part, after }, limit);
      const accounts = new Map((await getAccounts(db, ids)).map((account) => [account.id, account]));
      return c.json({
        users: ids.flatMap((id) => accounts.get(id) ?? []).map(wireAccount),
        next_cursor: encodeCursor([next?.part, next?.after]),
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
      const { name, avatar_url: avatarUrl, attributes, data } = c.req.valid('json');
      return answerChange(c, 'user.update', async (user) => {
        const account = await putAccount(db, user, { name, avatarUrl, attributes, data });
        if (name !== undefined) await relistName(db, user);
        return account;
      });
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
      [400, 404],
    ),
    readQuery(listQuery),
    async (c) => {
      const { cursor, limit } = c.req.valid('query');
      const [after = ''] = decodeCursor(cursor, roomCursor) ?? [];
      const all = (await listRoomsOf(db, c.req.param('user'), MAX_USER_ROOMS)).sort();
      const remaining = all.filter((id) => id > after);
      const page = remaining.slice(0, limit);
      const states = new Map((await getRooms(db, page)).map((state) => [state.room.id, state]));
      return c.json({
        rooms: page.flatMap((id) => states.get(id) ?? []).map(wireRoom),
        next_cursor: encodeCursor(remaining.length > limit ? [page.at(-1)] : []),
      });
    },
  );
  app.post(
    '/users/:user/ban/',
    describe(
      'Ban a user: closes their sockets, and refuses their tokens at the handshake, by REST and in `authenticate`. ' +
        'They stay a member of their rooms.',
      { 200: ['The banned user.', userShape] },
      [400, 500],
    ),
    noFields,
    (c) =>
      answerChange(c, 'user.ban', async (user) => {
        const banned = await ban(db, user, context.now());
        await closeSocketsOf(user, context);
        return banned;
      }),
  );
  app.delete(
    '/users/:user/ban/',
    describe('End the ban of a user.', { 200: ['The user.', userShape] }, [400]),
    noFields,
    (c) => answerChange(c, 'user.unban', (user) => unban(db, user)),
  );
  app.post(
    '/users/:user/sign_out/',
    describe(
      'Sign a user out everywhere: closes their sockets, and refuses tokens that were issued before.',
      { 200: ['The user.', userShape] },
      [400, 500],
    ),
    noFields,
    (c) =>
      answerChange(c, 'user.sign_out', async (user) => {
        const signedOut = await signOut(db, user, context.now());
        await closeSocketsOf(user, context);
        return signedOut;
      }),
  );
  return app;
}
