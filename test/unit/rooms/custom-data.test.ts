import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MemberUpdate } from '../../../functions/domain/room-change.ts';
import { catchUp } from '../../../functions/log/catch-up.ts';
import { logRoomChange } from '../../../functions/log/change-room.ts';
import { applyMemberUpdate } from '../../../functions/store/member-updates.ts';
import { getRoom } from '../../../functions/store/rooms.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import type { Json } from '../../support/http.ts';

let app: EmbeddedApp;
beforeEach(async () => {
  app = await openEmbeddedApp();
});
afterEach(() => app.database.close());

const data = { order: 7, of: { constructor: 'Ferrari' } };
const tooLarge = { text: 'x'.repeat(2_048) };

/** Returns the changes in a room's log. */
async function changesIn(id: string) {
  const room = await getRoom(app.database.db, id);
  if (!room) throw new Error('The room is missing.');
  const { changes } = await catchUp(room, 0, { id: 'ann' }, app.context);
  return changes.flatMap((event) => (event.kind === 'RoomChanged' ? event.change : []));
}

describe('the data of a room', () => {
  test('is stored when a user creates the room, and members read it', async () => {
    const { status, body } = await app.ask('ann', 'POST /chats/', { name: 'Order', members: ['ben'], data });
    expect([status, body['data']]).toEqual([201, data]);
    expect((await app.ask('ben', `GET /chats/${body['id']}/`)).body['data']).toEqual(data);
    expect(await app.listed('ben', String(body['id']))).toMatchObject({ data });
  });

  test('is stored when a backend creates the room, and a repeat keeps it', async () => {
    const room = { name: 'Order', members: [{ user_id: 'ann', data: { seat: 4 } }] };
    expect((await app.askAdmin('PUT /rooms/order/', { ...room, data })).body['data']).toEqual(data);
    const { body } = await app.ask('ann', 'GET /chats/order/');
    expect(body).toMatchObject({ data, members: [{ user_id: 'ann', data: { seat: 4 } }] });
    expect((await app.askAdmin('PUT /rooms/order/', room)).body['data']).toEqual(data);
  });

  test('is changed and removed by moderators and backends, as an entry of the log', async () => {
    await app.makeRoom('lunch', 'ann', 'ben');
    const change = { data: { ...data, table: 1e300 } };
    expect((await app.ask('ben', 'PATCH /chats/lunch/', change)).status).toBe(403);
    expect((await app.ask('ann', 'PATCH /chats/lunch/', change)).body['data']).toEqual(change.data);
    await app.ask('ann', 'PATCH /chats/lunch/', change);
    expect((await app.askAdmin('PATCH /rooms/lunch/', { data: null })).body['data']).toBeNull();
    expect((await app.ask('ben', 'GET /chats/lunch/')).body).toMatchObject({ name: 'lunch', data: null });
    expect(await changesIn('lunch')).toMatchObject([
      { kind: 'room', by: 'ann', changes: change },
      { kind: 'room', by: 'service:orders', changes: { data: null } },
    ]);
  });

  test('is null in a room without any, and refused if it is too large or for a direct room', async () => {
    await app.makeRoom('lunch', 'ann', 'ben');
    expect((await app.ask('ann', 'GET /chats/lunch/')).body['data']).toBeNull();
    for (const wrong of [tooLarge, [1], 'text']) {
      expect((await app.ask('ann', 'PATCH /chats/lunch/', { data: wrong })).status).toBe(400);
      expect((await app.ask('ann', 'POST /chats/', { members: [], data: wrong })).status).toBe(400);
      expect((await app.askAdmin('PUT /rooms/order/', { data: wrong })).status).toBe(400);
    }
    expect((await app.askAdmin('PUT /rooms/direct:ann:ben/', { data })).status).toBe(400);
  });
});

describe('the data of a member', () => {
  beforeEach(() => app.makeRoom('lunch', 'ann', 'ben'));

  const path = '/chats/lunch/members/ben/';
  const ben = async (caller = 'ann') => {
    const { body } = await app.ask(caller, 'GET /chats/lunch/members/');
    return (body['members'] as Json[]).find(({ user_id }) => user_id === 'ben');
  };

  test('is stored when a moderator or a backend adds the member', async () => {
    const added = await app.ask('ann', 'POST /chats/lunch/members/', { user_id: 'cat', data });
    expect(added).toMatchObject({ status: 201, body: { data } });
    const members = [{ user_id: 'dan', data: { seat: 4 } }];
    const { body } = await app.askAdmin('POST /rooms/lunch/members/', { members });
    expect(body['members']).toMatchObject([{ user_id: 'dan', data: { seat: 4 } }]);
    expect(await changesIn('lunch')).toMatchObject([
      { change: 'added', user: 'cat', data },
      { change: 'added', user: 'dan', data: { seat: 4 } },
    ]);
    expect(await ben()).toMatchObject({ data: null });
  });

  test('is changed and removed by moderators and backends, as entries of the log', async () => {
    expect((await app.ask('ben', `PATCH ${path}`, { data })).status).toBe(403);
    expect((await app.ask('ann', `PATCH ${path}`, { data })).body['data']).toEqual(data);
    await app.ask('ann', `PATCH ${path}`, { data });
    await app.askAdmin('PATCH /rooms/lunch/members/ben/', { data: { seat: 4 }, role: 'moderator' });
    expect(await ben()).toMatchObject({ role: 'moderator', data: { seat: 4 } });
    await app.askAdmin('PATCH /rooms/lunch/members/ben/', { data: null });
    expect(await ben('ben')).toMatchObject({ role: 'moderator', data: null });
    const common = { kind: 'member', change: 'changed', user: 'ben' };
    expect(await changesIn('lunch')).toMatchObject([
      { ...common, data, by: 'ann' },
      { ...common, data: { seat: 4 }, role: 'moderator' },
      { ...common, data: null },
    ]);
  });

  test('is set by a catch-up if a function stopped after it had logged the change', async () => {
    const logged = { kind: 'member', change: 'changed', user: 'ben' } as const;
    const first = await logRoomChange<MemberUpdate>('lunch', { ...logged, data }, { id: 'ann' }, app.context);
    await logRoomChange<MemberUpdate>('lunch', { ...logged, data: { seat: 4 } }, { id: 'ann' }, app.context);
    expect(await ben()).toMatchObject({ data: null });
    await changesIn('lunch');
    expect(await ben()).toMatchObject({ data: { seat: 4 } });
    await applyMemberUpdate(app.database.db, 'lunch', first.change, app.context.now());
    expect(await ben()).toMatchObject({ data: { seat: 4 } });
  });

  test('is refused if it is too large', async () => {
    expect((await app.ask('ann', `PATCH ${path}`, { data: tooLarge })).status).toBe(400);
    expect((await app.ask('ann', `PATCH ${path}`, {})).status).toBe(400);
    expect((await app.askAdmin('PATCH /rooms/lunch/members/ben/', {})).status).toBe(400);
  });
});
