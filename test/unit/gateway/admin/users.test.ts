import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { adminApp } from '../../../../functions/gateway/admin/app.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../../support/embedded-app.ts';
import type { Json } from '../../../support/http.ts';

let app: EmbeddedApp;
beforeEach(async () => {
  app = await openEmbeddedApp();
});
afterEach(() => app.database.close());

describe('a user', () => {
  const ann = {
    name: 'Ann',
    avatar_url: 'https://example.com/ann.png',
    attributes: { plan: 'gold', seats: 3 },
  };

  test('is created with name, picture and attributes, and changed field by field', async () => {
    expect(await app.askAdmin('PUT /users/ann/', ann)).toEqual({
      status: 200,
      body: {
        ...{ id: 'ann', username: 'Ann', ...ann },
        ...{ banned_at: null, signed_out_at: null, last_seen: null },
      },
    });
    await app.askAdmin('PUT /users/ann/', { avatar_url: null, attributes: { plan: 'basic' } });
    expect(await app.askAdmin('GET /users/ann/')).toMatchObject({
      status: 200,
      body: { name: 'Ann', avatar_url: null, attributes: { plan: 'basic' } },
    });
  });

  test('has the given name in rooms until they connect', async () => {
    await app.askAdmin('PUT /users/ann/', ann);
    await app.makeRoom('lunch', 'ben', 'ann');
    const { body } = await app.ask('ben', 'GET /chats/lunch/');
    expect(body['members']).toMatchObject([
      { user_id: 'ann', username: 'Ann', online: false, last_seen: null },
      { user_id: 'ben', username: null },
    ]);
  });

  test('is not found if the chat does not know them', async () => {
    expect(await app.askAdmin('GET /users/ann/')).toMatchObject({
      status: 404,
      body: { error: 'USER_NOT_FOUND' },
    });
  });

  test.each([
    { name: '' },
    { avatar_url: 'javascript:alert(1)' },
    { attributes: { text: 'x'.repeat(2_048) } },
    { attributes: 'gold' },
  ])('is not stored with %j', async (change) => {
    expect((await app.askAdmin('PUT /users/ann/', change)).status).toBe(400);
    expect((await app.askAdmin('GET /users/ann/')).status).toBe(404);
  });

  test('has a list of rooms, in pages', async () => {
    for (const room of ['a', 'b', 'c']) await app.makeRoom(room, 'ann');
    const { body } = await app.askAdmin('GET /users/ann/rooms/?limit=2');
    expect(body['rooms']).toMatchObject([{ id: 'a' }, { id: 'b' }]);
    const next = await app.askAdmin(`GET /users/ann/rooms/?limit=2&cursor=${body['next_cursor']}`);
    expect(next.body).toMatchObject({ rooms: [{ id: 'c' }], next_cursor: null });
  });

  test('keeps the time of the first ban until the ban ends', async () => {
    const banned = await app.askAdmin('POST /users/ann/ban/');
    expect(banned.body['banned_at']).toMatch(/Z$/);
    app.wait(5_000);
    expect(await app.askAdmin('POST /users/ann/ban/')).toEqual(banned);
    expect((await app.askAdmin('DELETE /users/ann/ban/')).body['banned_at']).toBeNull();
  });
});

test('lists the users that it has stored or banned', async () => {
  await app.askAdmin('PUT /users/ann/', { name: 'Ann' });
  await app.askAdmin('POST /users/ben/ban/');
  const { body } = await app.askAdmin('GET /users/');
  expect((body['users'] as Json[]).map(({ id }) => id).sort()).toEqual(['ann', 'ben']);
  expect(body['next_cursor']).toBeNull();
});

test.each(['users', 'rooms'])('refuses a cursor of %s that is longer than any id', async (list) => {
  const cursor = Buffer.from(JSON.stringify([0, 'x'.repeat(1_100)])).toString('base64url');
  expect(await app.askAdmin(`GET /${list}/?cursor=${cursor}`)).toMatchObject({
    status: 400,
    body: { error: 'BAD_REQUEST' },
  });
});

test.each([
  ['no event', {}],
  ['no caller', { event: { requestContext: { authorizer: { iam: {} } } } }],
])('refuses a request with %s, which API Gateway has not authorized', async (_what, bindings) => {
  const response = await adminApp(app.context).request('https://api.example.com/admin/rooms/', {}, bindings);
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ error: 'NOT_SIGNED' });
});

test.each(['', '  ', '\u200b', 'a\0b', 'x'.repeat(201)])(
  'refuses the name %j of a user or bot',
  async (name) => {
    await app.makeRoom('lunch', 'ann');
    const bot = { text: 'Hi', bot: { id: 'orders', name } };
    for (const [line, body] of [
      ['PUT /users/ann/', { name }],
      ['POST /rooms/lunch/messages/', bot],
    ] as const) {
      expect(await app.askAdmin(line, body)).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
    }
  },
);

describe('the audit trail', () => {
  const entries = async (query = '') =>
    (await app.askAdmin(`GET /audit/${query}`)).body as { entries: Json[]; next_cursor: string | null };

  test('has caller, action, target and time of each change, newest first, and no texts', async () => {
    await app.askAdmin('PUT /rooms/lunch/', { name: 'Secret lunch', members: [{ user_id: 'ann' }] });
    await app.askAdmin('POST /rooms/lunch/messages/', { text: 'Secret text', user_id: 'ann' });
    app.wait(1);
    await app.askAdmin('PATCH /rooms/lunch/messages/1/', { text: 'Another secret' });
    app.wait(1);
    await app.askAdmin('DELETE /rooms/lunch/members/zoe/');
    app.wait(1);
    await app.askAdmin('PATCH /rooms/lunch/', { name: 'Secret dinner' });
    app.wait(1);
    await app.askAdmin('POST /users/ann/ban/');
    const trail = await entries();
    expect(trail.entries.slice(0, 4)).toMatchObject([
      { action: 'user.ban', user_id: 'ann' },
      { action: 'room.update', room_id: 'lunch' },
      { action: 'member.remove', room_id: 'lunch', user_id: 'zoe', error: 'NO_SUCH_MEMBER' },
      { action: 'message.edit', room_id: 'lunch', message_id: 1 },
    ]);
    expect(trail.entries.slice(4)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ action: 'message.send', room_id: 'lunch', user_id: 'ann', message_id: 1 }),
        expect.objectContaining({ action: 'room.create', room_id: 'lunch' }),
      ]),
    );
    const by = 'arn:aws:sts::000000000000:assumed-role/orders/session';
    expect(trail.entries.every((entry) => entry['by'] === by && /Z$/.test(String(entry['at'])))).toBe(true);
    expect(JSON.stringify(await app.database.db.chat.query(dayOf(app.context.now())))).not.toMatch(/secret/i);
  });

  test.each([
    ['PUT /rooms/lunch/', { name: 'lunch' }, 'room.create'],
    ['PATCH /rooms/lunch/', { name: 'Brunch' }, 'room.update'],
    ['POST /rooms/lunch/members/', { members: [{ user_id: 'ben' }] }, 'member.add'],
    ['PATCH /rooms/lunch/members/ann/', { role: 'member' }, 'member.update'],
    ['DELETE /rooms/lunch/members/ann/', undefined, 'member.remove'],
    ['POST /rooms/lunch/messages/', { text: 'Hi', user_id: 'ann' }, 'message.send'],
    ['PATCH /rooms/lunch/messages/1/', { text: 'Hello' }, 'message.edit'],
    ['DELETE /rooms/lunch/messages/1/', undefined, 'message.delete'],
    ['PUT /users/ann/', { name: 'Ann' }, 'user.update'],
    ['POST /users/ann/ban/', undefined, 'user.ban'],
    ['DELETE /users/ann/ban/', undefined, 'user.unban'],
    ['POST /users/ann/sign_out/', undefined, 'user.sign_out'],
  ])('has an entry for %s', async (line, body, action) => {
    await app.makeRoom('lunch', 'ann');
    await app.fillLog('lunch', 'ann', ['one']);
    expect((await app.askAdmin(line, body)).status).toBeLessThan(300);
    const trail = await entries();
    expect(trail.entries).toMatchObject([{ action }]);
    expect(trail.entries[0]).toHaveProperty(line.includes('/rooms/') ? 'room_id' : 'user_id');
    expect(trail.entries[0]).not.toHaveProperty('error');
  });

  test.each([
    ['PUT /rooms/order-7/', { members: [{ user_id: 'ann' }, { user_id: 'ben' }] }],
    ['PUT /rooms/direct:ann:ben/', {}],
    ['POST /rooms/lunch/members/', { members: [{ user_id: 'ann' }, { user_id: 'ben' }] }],
  ])('has the users whom %s makes members', async (line, body) => {
    await app.makeRoom('lunch', 'cat');
    await app.askAdmin(line, body);
    expect((await entries()).entries).toMatchObject([{ user_ids: ['ann', 'ben'] }]);
  });

  test('refuses a cursor that is longer than any entry', async () => {
    const cursor = Buffer.from(JSON.stringify([20_000, `${'1'.repeat(1_100)}#a`])).toString('base64url');
    expect(await app.askAdmin(`GET /audit/?cursor=${cursor}`)).toMatchObject({
      status: 400,
      body: { error: 'BAD_REQUEST' },
    });
  });

  test('has the error of a room that does not exist', async () => {
    await app.askAdmin('PATCH /rooms/dinner/', { name: 'x' });
    expect((await entries()).entries).toMatchObject([
      { action: 'room.update', room_id: 'dinner', error: 'ROOM_NOT_FOUND' },
    ]);
  });

  const dayOf = (ms: number) => ({
    where: '#room = :room',
    values: { ':room': `audit#${Math.floor(ms / 86_400_000)}` },
  });

  test('has pages across days, and no entries for reads', async () => {
    for (let day = 0; day < 3; day++) {
      await app.askAdmin(`PUT /users/user-${day}/`, { name: 'x' });
      await app.askAdmin(`POST /users/user-${day}/ban/`);
      app.wait(3 * 86_400_000);
    }
    await app.askAdmin('GET /users/user-0/');
    const actions: string[] = [];
    let cursor: string | null = '';
    let pages = 0;
    while (cursor !== null) {
      const page = await entries(`?limit=4${cursor && `&cursor=${cursor}`}`);
      actions.push(...page.entries.map(({ action, user_id }) => `${action} ${user_id}`));
      cursor = page.next_cursor;
      pages++;
    }
    const both = (user: string) => [`user.ban ${user}`, `user.update ${user}`];
    expect(actions.map((action) => action.split(' ')[1])).toEqual([
      'user-2',
      'user-2',
      'user-1',
      'user-1',
      'user-0',
      'user-0',
    ]);
    expect(actions.toSorted()).toEqual(['user-0', 'user-1', 'user-2'].flatMap(both).toSorted());
    // The first page has four entries. The others read 50 days each, back to 400 days ago.
    expect(pages).toBe(9);
  });
});
