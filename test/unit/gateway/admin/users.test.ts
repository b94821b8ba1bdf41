import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { directRoomId } from '../../../../functions/domain/room.ts';
import { adminApp } from '../../../../functions/gateway/admin/app.ts';
import { type AdminEnv, identifyCaller } from '../../../../functions/gateway/admin/context.ts';
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
    data: { pronouns: 'she' },
  };

  test('is created with name, picture, attributes and data, and changed field by field', async () => {
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

  test('who has never connected is shown in rooms with the name from the admin API', async () => {
    await app.askAdmin('PUT /users/ann/', ann);
    await app.makeRoom('lunch', 'ben', 'ann');
    const { body } = await app.ask('ben', 'GET /chats/lunch/');
    expect(body['members']).toMatchObject([
      { user_id: 'ann', username: 'Ann', online: false, last_seen: null },
      { user_id: 'ben', username: null },
    ]);
  });

  test.each([
    ['a changed name', () => app.askAdmin('PUT /users/ann/', ann), { name: 'Anna' }, 'Anna'],
    ['a name that follows a ban', () => app.askAdmin('POST /users/ann/ban/'), { name: 'Anna' }, 'Anna'],
    ['the id for a removed name', () => app.askAdmin('PUT /users/ann/', ann), { name: null }, 'ann'],
  ])('who has never connected has %s everywhere', async (_what, before, change, username) => {
    await before();
    expect((await app.askAdmin('PUT /users/ann/', change)).body).toMatchObject({ username });
    expect((await app.askAdmin('GET /users/ann/')).body).toMatchObject({ username });
    await app.makeRoom('lunch', 'ben', 'ann');
    const { members } = (await app.ask('ben', 'GET /chats/lunch/')).body as { members: Json[] };
    expect(members).toContainEqual(expect.objectContaining({ user_id: 'ann', username }));
    expect((await app.ask('ben', 'GET /chats/lunch/members/')).body['members']).toEqual(members);
    const message = { text: 'Hi', user_id: 'ann' };
    const sent = await app.askAdmin('POST /rooms/lunch/messages/', message);
    expect(sent.body).toMatchObject({ sender: { username } });
  });

  test('is not found before they connect or the admin API creates them', async () => {
    expect(await app.askAdmin('GET /users/ann/')).toMatchObject({
      status: 404,
      body: { error: 'USER_NOT_FOUND' },
    });
  });

  test.each([
    { name: '' },
    { avatar_url: 'javascript:alert(1)' },
    { avatar_url: 'http://example.com/ann.png' },
    { avatar_url: 'https://example.com/"onerror="alert(1)' },
    { data: { text: 'x'.repeat(2_048) } },
    { data: ['gold'] },
    { attributes: { text: 'x'.repeat(2_048) } },
    { attributes: 'gold' },
    { attributes: ['gold'] },
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

test.each([
  ['assumed-role/orders/session', 'service:orders'],
  ['user/orders', 'service:orders'],
  ['user/backends/shop/orders', 'service:orders'],
  ['root', 'service:arn:aws:iam::000000000000:root'],
])('names the author of changes by the caller %s', async (resource, id) => {
  const iam = { userArn: `arn:aws:iam::000000000000:${resource}` };
  const routes = new Hono<AdminEnv>().use(identifyCaller).get('/', (c) => c.text(c.var.service.id));
  const response = await routes.request('/', {}, { event: { requestContext: { authorizer: { iam } } } });
  expect(await response.text()).toBe(id);
});

test.each([
  ['PUT /users/ann/', { name: 1 }],
  ['PUT /users/ann/', 1],
  ['PUT /users/ann/', []],
  ['PUT /rooms/lunch/', []],
  ['GET /nowhere/', undefined],
])('refers to its own OpenAPI document in the answer to %s %j', async (line, content) => {
  const { status, body } = await app.askAdmin(line, content);
  expect(status).toBe(content === undefined ? 404 : 400);
  expect(body['message']).toContain('See openapi.json of this API');
});

test.each(['', '  ', '\u200b', 'a\0b', 'Ann\nLee', 'system\u202e', 'x'.repeat(201)])(
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

test.each(['system', 'bot:orders', 'service:orders', 'guest:eve'])(
  'the reserved id %s is no user: it cannot be created, banned, signed out or added to a room',
  async (id) => {
    await app.makeRoom('lunch', 'ann');
    const members = [{ user_id: 'ben' }, { user_id: id }];
    for (const [line, body] of [
      [`PUT /users/${id}/`, { name: 'Chat' }],
      [`POST /users/${id}/ban/`, undefined],
      [`POST /users/${id}/sign_out/`, undefined],
      ['POST /rooms/lunch/members/', { members }],
      ['PUT /rooms/new/', { name: 'New', members }],
      [`PUT /rooms/${encodeURIComponent(directRoomId('ann', id))}/`, {}],
    ] as const) {
      expect(await app.askAdmin(line, body)).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
    }
    expect((await app.askAdmin('GET /users/')).body).toMatchObject({ users: [] });
    const { body } = await app.askAdmin('GET /rooms/lunch/members/');
    expect(body['members']).toMatchObject([{ user_id: 'ann' }]);
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

  const changes: readonly (readonly [line: string, body: object | undefined, action: string])[] = [
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
    ['POST /users/ann/erase/', undefined, 'user.erase'],
    ['DELETE /rooms/lunch/', undefined, 'room.delete'],
    ['PUT /rooms/lunch/retention/', { retention_days: 30 }, 'room.retention'],
    ['PUT /rooms/lunch/hold/', undefined, 'room.hold'],
    ['DELETE /rooms/lunch/hold/', undefined, 'room.unhold'],
    ['POST /rooms/dinner/import/', { source: 'old-chat', lines: [] }, 'room.import'],
  ];

  test.each(changes)('has an entry for %s', async (line, body, action) => {
    await app.makeRoom('lunch', 'ann');
    await app.fillLog('lunch', 'ann', ['one']);
    expect((await app.askAdmin(line, body)).status).toBeLessThan(300);
    const trail = await entries();
    expect(trail.entries).toMatchObject([{ action }]);
    expect(trail.entries[0]).toHaveProperty(line.includes('/rooms/') ? 'room_id' : 'user_id');
    expect(trail.entries[0]).not.toHaveProperty('error');
  });

  test('has an entry for each route that changes something', () => {
    const written = adminApp(app.context)
      .routes.filter(({ method }) => method !== 'GET' && method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace('/admin', '')}`);
    const tested = changes.map(([line]) =>
      line
        .replace(/(?<=\/(rooms)\/)[^/]+/, ':id')
        .replace(/(?<=\/(users|members)\/)[^/]+/, ':user')
        .replace(/(?<=\/messages\/)[^/]+/, ':message'),
    );
    const elsewhere = ['POST /import/users/', 'POST /rooms/:id/reports/:message/resolve/'];
    expect([...new Set(written)].toSorted()).toEqual([...tested, ...elsewhere].toSorted());
  });

  test.each([
    ['PUT /rooms/order-7/', { members: [{ user_id: 'ann' }, { user_id: 'ben' }] }],
    ['PUT /rooms/direct:ann:ben/', {}],
    ['POST /rooms/lunch/members/', { members: [{ user_id: 'ann' }, { user_id: 'ben' }] }],
  ])('has the ids of the users that %s adds as members', async (line, body) => {
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

  test.each([
    [4, 9],
    [3, 10],
  ])('has pages of at most %i entries across days, and no entries for reads', async (limit, expected) => {
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
      const page = await entries(`?limit=${limit}${cursor && `&cursor=${cursor}`}`);
      actions.push(...page.entries.map(({ action, user_id }) => `${action} ${user_id}`));
      expect(page.entries.length).toBeLessThanOrEqual(limit);
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
    // After the pages with entries, each page reads 50 days, back to 400 days ago.
    expect(pages).toBe(expected);
  });
});
