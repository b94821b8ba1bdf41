import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catchUp } from '../../../functions/log/catch-up.ts';
import { putReadTo } from '../../../functions/store/members.ts';
import { getRoom } from '../../../functions/store/rooms.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import type { Json } from '../../support/http.ts';

let app: EmbeddedApp;
beforeEach(async () => {
  app = await openEmbeddedApp();
});
afterEach(() => app.database.close());

const idsOf = (body: Json): unknown[] => (body['members'] as Json[]).map(({ user_id }) => user_id);

/** Returns user ids that sort before `zoe`. */
const users = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `user-${String(index).padStart(4, '0')}`);

describe('a new member', () => {
  test('has no unread messages from before they were added', async () => {
    await app.makeRoom('lunch', 'ann');
    await app.fillLog('lunch', 'ann', ['one', 'two']);
    await app.ask('ann', 'POST /chats/lunch/members/', { user_id: 'ben' });
    expect(await app.listed('ben', 'lunch')).toMatchObject({
      unread: 0,
      unread_capped: false,
      last_message: { content: 'two' },
    });
    await app.fillLog('lunch', 'ann', ['three']);
    expect(await app.listed('ben', 'lunch')).toMatchObject({ unread: 1 });
  });

  test('does not appear to have read the earlier messages', async () => {
    await app.makeRoom('lunch', 'ann');
    await app.fillLog('lunch', 'ann', ['one']);
    await app.ask('ann', 'POST /chats/lunch/members/', { user_id: 'ben' });
    const room = await getRoom(app.database.db, 'lunch');
    expect(room && (await catchUp(room, 0, { id: 'ann' }, app.context)).seen).toEqual([]);
  });
});

test.each(['system', 'bot:orders', 'service:orders', 'guest:eve'])(
  'the reserved id %s cannot become a member',
  async (id) => {
    await app.makeRoom('lunch', 'ann');
    for (const [line, body] of [
      ['POST /chats/lunch/members/', { user_id: id }],
      ['POST /chats/', { name: 'Dinner', members: ['ben', id] }],
      ['POST /chats/', { kind: 'direct', members: [id] }],
    ] as const) {
      expect(await app.ask('ann', line, body)).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
    }
    expect(idsOf((await app.ask('ann', 'GET /chats/lunch/')).body)).toEqual(['ann']);
    expect((await app.ask('ann', 'GET /chats/')).body['chats']).toHaveLength(1);
  },
);

describe('creating a direct room', () => {
  test.each([
    ['both ids', ['ann', 'ben']],
    ['both ids in the other order', ['ben', 'ann']],
    ['the other id', ['ben']],
  ])('accepts %s', async (_what, members) => {
    const { status, body } = await app.ask('ann', 'POST /chats/', { kind: 'direct', members });
    expect(status).toBe(201);
    expect(body['id']).toBe('direct:ann:ben');
    expect(idsOf(body)).toEqual(['ann', 'ben']);
  });

  test.each([
    ['two other users', ['ben', 'cat']],
    ['the own id twice', ['ann', 'ann']],
    ['the same other id twice', ['ben', 'ben']],
    ['three ids', ['ann', 'ben', 'cat']],
  ])('refuses %s', async (_what, members) => {
    const { status } = await app.ask('ann', 'POST /chats/', { kind: 'direct', members });
    expect(status).toBe(400);
  });
});

describe('a capped list of members', () => {
  test.each([500, 501])('includes the caller in a room of %i', async (count) => {
    await app.makeRoom('big', 'zoe', ...users(count - 1));
    const { body } = await app.ask('zoe', 'GET /chats/big/');
    const ids = idsOf(body);
    expect(ids).toContain('zoe');
    expect(new Set(ids).size).toBe(500);
    expect(body['more_members']).toBe(count > 500);
  });

  test('has pages that contain each member once', async () => {
    await app.makeRoom('big', 'zoe', ...users(504));
    const ids: unknown[] = [];
    let cursor: unknown = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${String(cursor)}`;
      const { status, body } = await app.ask('zoe', `GET /chats/big/members/?limit=250${query}`);
      expect(status).toBe(200);
      ids.push(...idsOf(body));
      cursor = body['next_cursor'];
    }
    expect(ids).toEqual([...users(504), 'zoe']);
  });

  test('has no pages for strangers, and refuses a malformed cursor', async () => {
    await app.makeRoom('big', 'zoe');
    expect((await app.ask('ann', 'GET /chats/big/members/')).status).toBe(403);
    for (const query of ['cursor=%25', 'cursor=bnVsbA', 'limit=501', 'limit=0']) {
      expect((await app.ask('zoe', `GET /chats/big/members/?${query}`)).status).toBe(400);
    }
  });

  test.each([50, 51])('includes the read mark of the caller in a sync, in a room of %i', async (count) => {
    await app.makeRoom('big', 'zoe', ...users(count - 1));
    await app.fillLog('big', 'zoe', ['one', 'two']);
    const { db } = app.database;
    for (const user of ['zoe', ...users(count - 1)]) await putReadTo(db, 'big', user, user === 'zoe' ? 2 : 1);
    const room = await getRoom(db, 'big');
    const seen = room ? (await catchUp(room, 0, { id: 'zoe' }, app.context)).seen : [];
    expect(seen).toContainEqual({ user: 'zoe', message: 2 });
    expect(seen).toHaveLength(50);
  });

  test('has no read mark of a user whose id a guest claims', async () => {
    await app.makeRoom('big', 'zoe', ...users(50));
    await app.fillLog('big', 'zoe', ['one']);
    for (const user of ['zoe', ...users(50)]) await putReadTo(app.database.db, 'big', user, 1);
    const room = await getRoom(app.database.db, 'big');
    const guest = { id: 'zoe', guest: true } as const;
    const seen = room ? (await catchUp(room, 0, guest, app.context)).seen : [];
    expect(seen.map(({ user }) => user)).toEqual(users(50));
  });
});
