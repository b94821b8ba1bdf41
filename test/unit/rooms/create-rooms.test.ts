import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { usersCreateRooms } from '../../../functions/gateway/context.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';

const refused = { status: 403, body: { error: 'ROOMS_BY_ADMINS_ONLY' } };

let app: EmbeddedApp;
beforeAll(async () => {
  app = await openEmbeddedApp({ usersCreateRooms: false });
});
afterAll(() => app.database.close());

test('with createRooms=admins, users create neither groups nor direct rooms', async () => {
  const before = await app.database.countItems();
  expect(await app.ask('ann', 'POST /chats/', { name: 'lunch' })).toMatchObject(refused);
  const direct = { kind: 'direct', members: ['ben'] };
  expect(await app.ask('ann', 'POST /chats/', direct)).toMatchObject(refused);
  expect(await app.database.countItems()).toBe(before);
  expect((await app.ask('ann', 'GET /chats/')).body).toMatchObject({ may_create_rooms: false });
});

test('with createRooms=admins, backends create rooms, and a user opens their own direct room again', async () => {
  expect(
    (await app.askAdmin('PUT /rooms/lunch/', { members: [{ user_id: 'ann', role: 'owner' }] })).status,
  ).toBe(201);
  expect((await app.ask('ann', 'POST /chats/lunch/members/', { user_id: 'ben' })).status).toBe(201);
  expect((await app.askAdmin('PUT /rooms/direct:ann:ben/', {})).status).toBe(201);
  const opened = await app.ask('ann', 'POST /chats/', { kind: 'direct', members: ['ben'] });
  expect(opened).toMatchObject({ status: 200, body: { id: 'direct:ann:ben' } });
  expect(await app.ask('cat', 'POST /chats/', { kind: 'direct', members: ['ben'] })).toMatchObject(refused);
});

test('by default, users create rooms', async () => {
  expect(usersCreateRooms()).toBe(true);
  const open = await openEmbeddedApp();
  expect((await open.ask('ann', 'POST /chats/', { name: 'lunch' })).status).toBe(201);
  expect((await open.ask('ann', 'GET /chats/')).body).toMatchObject({ may_create_rooms: true });
  await open.database.close();
});

test('the variable CREATE_ROOMS, which the setting sets, stops users from creating rooms', () => {
  vi.stubEnv('CREATE_ROOMS', 'admins');
  expect(usersCreateRooms()).toBe(false);
  vi.unstubAllEnvs();
});
