import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listRoomsOf } from '../../../../functions/store/members.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../../support/embedded-app.ts';
import type { Json } from '../../../support/http.ts';

let app: EmbeddedApp;
beforeEach(async () => {
  app = await openEmbeddedApp();
});
afterEach(() => app.database.close());

const rolesIn = async (room: string) => {
  const { body } = await app.askAdmin(`GET /rooms/${room}/members/`);
  return (body['members'] as Json[]).map(({ user_id, role }) => [user_id, role]);
};

describe('creating a room', () => {
  const order = {
    name: 'Order 7',
    members: [{ user_id: 'ann', role: 'owner' }, { user_id: 'ben' }],
  };

  test('stores it with the id, the name and the members, who have accepted it', async () => {
    expect(await app.askAdmin('PUT /rooms/order-7/', order)).toEqual({
      status: 201,
      body: {
        id: 'order-7',
        name: 'Order 7',
        kind: 'group',
        access: 'members',
        data: null,
        seq: 0,
        last_at: null,
        ...{ description: '', avatar_url: null, posting: 'everyone', slow_mode: 0, archived: false },
      },
    });
    expect(await app.askAdmin('GET /rooms/order-7/members/')).toMatchObject({
      status: 200,
      body: {
        members: [
          { user_id: 'ann', role: 'owner', pending: false, username: null },
          { user_id: 'ben', role: 'member', pending: false },
        ],
        next_cursor: null,
      },
    });
    expect(await app.listed('ben', 'order-7')).toMatchObject({ name: 'Order 7', request: false });
  });

  test('returns the same room for a repeat, and adds the members that are missing', async () => {
    const first = await app.askAdmin('PUT /rooms/order-7/', {
      name: 'Order 7',
      members: [{ user_id: 'ann' }],
    });
    const again = await app.askAdmin('PUT /rooms/order-7/', order);
    // The addition to the existing room is a change of it.
    expect(again).toEqual({ status: 200, body: { ...first.body, seq: 1 } });
    // Ann stays a member, because a repeat changes no role.
    expect(await rolesIn('order-7')).toEqual([
      ['ann', 'member'],
      ['ben', 'member'],
    ]);
  });

  test('refuses the id of a room with another name or access, and adds no members', async () => {
    await app.askAdmin('PUT /rooms/order-7/', { name: 'Order 7' });
    for (const change of [{ name: 'Order 8' }, { access: 'open' }]) {
      const answer = await app.askAdmin('PUT /rooms/order-7/', { ...order, ...change });
      expect(answer).toMatchObject({ status: 409, body: { error: 'ROOM_EXISTS' } });
    }
    expect(await rolesIn('order-7')).toEqual([]);
  });

  test('creates the direct room of two users, and refuses other members and a name for it', async () => {
    expect(await app.askAdmin('PUT /rooms/direct:ann:ben/', {})).toMatchObject({
      status: 201,
      body: { kind: 'direct', name: '' },
    });
    expect(await rolesIn('direct:ann:ben')).toEqual([
      ['ann', 'member'],
      ['ben', 'member'],
    ]);
    const add = { members: [{ user_id: 'cat' }] };
    expect((await app.askAdmin('POST /rooms/direct:ann:ben/members/', add)).body['error']).toBe(
      'FIXED_MEMBERS',
    );
    expect((await app.askAdmin('PUT /rooms/direct:ann:ben/', add)).body['error']).toBe('BAD_REQUEST');
    expect((await app.askAdmin('PATCH /rooms/direct:ann:ben/', { name: 'x' })).body['error']).toBe(
      'FIXED_ROOM',
    );
  });

  test.each(['direct:ann', 'direct:ben:ann', '%23inbox'])('refuses the id %s', async (id) => {
    expect((await app.askAdmin(`PUT /rooms/${id}/`, {})).status).toBeGreaterThanOrEqual(400);
  });

  test('refuses a member who is already in the maximum number of rooms', async () => {
    const rooms = Array.from({ length: 5_000 }, (_, index) => ({
      room: { S: `room-${index}` },
      item: { S: 'member#ann' },
      user: { S: 'ann' },
      role: { S: 'member' },
    }));
    await app.database.fill('chat', rooms);
    expect(await listRoomsOf(app.database.db, 'ann', 6_000)).toHaveLength(5_000);
    const answer = await app.askAdmin('PUT /rooms/order-7/', order);
    expect(answer).toMatchObject({ status: 409, body: { error: 'ROOM_LIMIT' } });
  });
});

describe('a room', () => {
  beforeEach(() => app.makeRoom('lunch', 'ann', 'ben'));

  test('is returned with its state', async () => {
    await app.fillLog('lunch', 'ann', ['one', 'two']);
    expect(await app.askAdmin('GET /rooms/lunch/')).toMatchObject({
      status: 200,
      body: { id: 'lunch', seq: 2, last_at: expect.stringMatching(/Z$/) },
    });
    expect(await app.askAdmin('GET /rooms/dinner/')).toMatchObject({
      status: 404,
      body: { error: 'ROOM_NOT_FOUND' },
    });
  });

  test('is renamed', async () => {
    expect(await app.askAdmin('PATCH /rooms/lunch/', { name: 'Brunch' })).toMatchObject({
      status: 200,
      body: { name: 'Brunch' },
    });
    expect(await app.listed('ann', 'lunch')).toMatchObject({ name: 'Brunch' });
    expect((await app.askAdmin('PATCH /rooms/dinner/', { name: 'x' })).status).toBe(404);
  });

  test('gets up to 100 members at once, and the answer lists the new ones', async () => {
    const members = ['ben', 'cat', 'dan'].map((user_id) => ({ user_id }));
    expect(await app.askAdmin('POST /rooms/lunch/members/', { members })).toMatchObject({
      status: 200,
      body: { added: ['cat', 'dan'], members: [{ user_id: 'ben' }, { user_id: 'cat' }, { user_id: 'dan' }] },
    });
    const many = Array.from({ length: 101 }, (_, index) => ({ user_id: `user-${index}` }));
    expect((await app.askAdmin('POST /rooms/lunch/members/', { members: many })).status).toBe(400);
    expect((await app.askAdmin('POST /rooms/dinner/members/', { members })).status).toBe(404);
  });

  test('changes roles and removes members, even the last owner', async () => {
    expect((await app.askAdmin('PATCH /rooms/lunch/members/ben/', { role: 'moderator' })).status).toBe(200);
    expect((await app.askAdmin('PATCH /rooms/lunch/members/ann/', { role: 'member' })).status).toBe(200);
    expect(await rolesIn('lunch')).toEqual([
      ['ann', 'member'],
      ['ben', 'moderator'],
    ]);
    expect((await app.askAdmin('DELETE /rooms/lunch/members/ann/')).status).toBe(204);
    expect(await rolesIn('lunch')).toEqual([['ben', 'moderator']]);
    expect(await app.askAdmin('DELETE /rooms/lunch/members/ann/')).toMatchObject({
      status: 404,
      body: { error: 'NO_SUCH_MEMBER' },
    });
  });
});

/** Reads all pages of a list. */
async function readAll(line: string, field: string): Promise<{ all: Json[]; pages: number }> {
  const all: Json[] = [];
  let pages = 0;
  let cursor: unknown;
  do {
    const { body } = await app.askAdmin(`${line}${cursor === undefined ? '' : `&cursor=${cursor}`}`);
    all.push(...(body[field] as Json[]));
    cursor = body['next_cursor'] ?? undefined;
    pages++;
  } while (cursor !== undefined);
  return { all, pages };
}

test.each([1, 5])('lists all rooms in pages of %i, including those that users create', async (limit) => {
  await app.ask('ann', 'POST /chats/', { name: 'Made by Ann' });
  for (let room = 0; room < 12; room++) await app.askAdmin(`PUT /rooms/room-${room}/`, {});
  const { all, pages } = await readAll(`GET /rooms/?limit=${limit}`, 'rooms');
  const names = all.map(({ id, name }) => String(name || id));
  const expected = ['Made by Ann', ...Array.from({ length: 12 }, (_, room) => `room-${room}`)];
  expect(names.sort()).toEqual(expected.sort());
  expect(pages).toBeGreaterThan(2);
});

test('lists members in pages', async () => {
  const users = Array.from({ length: 7 }, (_, index) => `user-${index}`);
  await app.makeRoom('lunch', ...users);
  const { all, pages } = await readAll('GET /rooms/lunch/members/?limit=3', 'members');
  expect(all.map(({ user_id }) => user_id)).toEqual(users);
  expect(pages).toBe(3);
});

test('answers 400 to a new room with an id that no room can have', async () => {
  for (const id of ['#x', 'a\0', 'x'.repeat(301), 'direct:3:1', 'direct:a']) {
    const path = encodeURIComponent(id);
    const lines = { source: 'old-chat', lines: [] };
    for (const [line, body] of [
      [`PUT /rooms/${path}/`, {}],
      [`POST /rooms/${path}/import/`, lines],
    ] as const) {
      expect(await app.askAdmin(line, body)).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
    }
    expect((await app.askAdmin(`GET /rooms/${path}/`)).status).toBe(404);
  }
});

test('answers 400 to a change of a user with an id that no user can have', async () => {
  const path = `/users/${'x'.repeat(129)}/`;
  expect((await app.askAdmin(`PUT ${path}`, {})).status).toBe(400);
  for (const action of ['ban', 'sign_out', 'erase']) {
    expect((await app.askAdmin(`POST ${path}${action}/`)).status).toBe(400);
  }
  expect((await app.askAdmin(`GET ${path}`)).status).toBe(404);
});

test('counts the characters of a name as code points', async () => {
  const name = '😀'.repeat(200);
  expect((await app.askAdmin('PUT /rooms/emoji/', { name })).body).toMatchObject({ name });
  expect((await app.askAdmin('PUT /users/ann/', { name })).body).toMatchObject({ name });
  for (const path of ['/rooms/longer/', '/users/ann/']) {
    expect((await app.askAdmin(`PUT ${path}`, { name: `${name}!` })).status).toBe(400);
  }
});
