import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PinUpdate } from '../../../functions/domain/room-change.ts';
import { catchUp } from '../../../functions/log/catch-up.ts';
import { logRoomChange } from '../../../functions/log/change-room.ts';
import { putConnection } from '../../../functions/store/connections.ts';
import { applyPin, listPins } from '../../../functions/store/pins.ts';
import { getRoom } from '../../../functions/store/rooms.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import type { Json } from '../../support/http.ts';
import { connectionOf } from '../../support/sample.ts';

let app: EmbeddedApp;
let frames: Json[] = [];
let id: string;
let rooms = 0;

beforeAll(async () => {
  const post = async (_id: string, frame: string) => {
    frames.push(JSON.parse(frame) as Json);
    return 'delivered' as const;
  };
  app = await openEmbeddedApp({ poster: { post, close: async () => true, isOpen: async () => true } });
});
afterAll(() => app.database.close());

beforeEach(async () => {
  id = `room-${++rooms}`;
  await app.makeRoom(id, 'ann', 'ben');
  await app.fillLog(id, 'ben', ['one', 'two', 'three']);
  frames = [];
});

const pin = (user: string, message: number | string) => app.ask(user, `PUT /chats/${id}/pins/${message}/`);
const unpin = (user: string, message: number) => app.ask(user, `DELETE /chats/${id}/pins/${message}/`);
const pinned = async (user = 'ben') => (await app.ask(user, `GET /chats/${id}/pins/`)).body['pins'] as Json[];
const idsOf = (pins: readonly Json[]) => pins.map(({ message }) => (message as Json)['id']);

async function roomOf() {
  const room = await getRoom(app.database.db, id);
  if (!room) throw new Error('The room is missing.');
  return room;
}

/** Returns the pins and unpins in the log, as `sync` answers them. */
async function synced(since = 0): Promise<readonly PinUpdate[]> {
  const { changes } = await catchUp(await roomOf(), since, { id: 'ben' }, app.context);
  return changes.flatMap((event) =>
    event.kind === 'RoomChanged' && event.change.kind === 'pin' ? event.change : [],
  );
}

const log = (message: number, removed = false, options = {}) =>
  logRoomChange<PinUpdate>(id, { kind: 'pin', message, removed }, { id: 'ann' }, app.context, options);

test('members read pinned messages, the newest pin first, and receive each pin and unpin', async () => {
  const now = app.context.now();
  const times = { connectedAt: now - 60_000, tokenExpiresAt: now + 3_600_000 };
  const ben = { id: 'ben', username: 'ben', email: '', userType: '' };
  await putConnection(app.database.db, connectionOf(ben, { room: id, changes: 'all', ...times }));
  expect((await pin('ann', 2)).status).toBe(204);
  expect((await pin('ann', 1)).status).toBe(204);
  expect(await pinned()).toMatchObject([
    { message: { id: 1, content: 'one' }, seq: 5, pinned_by: 'ann', pinned_at: expect.any(String) },
    { message: { id: 2, content: 'two' }, seq: 4, pinned_by: 'ann' },
  ]);
  expect((await unpin('ann', 2)).status).toBe(204);
  expect(idsOf(await pinned())).toEqual([1]);
  expect(frames).toMatchObject([
    { type: 'message_pinned', message_id: 2, by: 'ann', seq: 4 },
    { type: 'message_pinned', message_id: 1, by: 'ann', seq: 5 },
    { type: 'message_unpinned', message_id: 2, by: 'ann', seq: 6 },
  ]);
  expect(await synced()).toMatchObject([
    { message: 2, removed: false, seq: 4 },
    { message: 1, removed: false, seq: 5 },
    { message: 2, removed: true, seq: 6 },
  ]);
});

test('a repeat changes nothing', async () => {
  expect((await unpin('ann', 1)).status).toBe(204);
  await pin('ann', 1);
  const { seq } = await roomOf();
  frames = [];
  app.database.restart();
  expect((await pin('ann', 1)).status).toBe(204);
  expect(app.database.counts().writeUnits).toBe(0);
  await unpin('ann', 1);
  await unpin('ann', 1);
  expect((await roomOf()).seq).toBe(seq + 1);
});

test('in a group, members and strangers cannot pin', async () => {
  await pin('ann', 1);
  for (const call of [pin('ben', 2), unpin('ben', 1)]) {
    expect(await call).toMatchObject({ status: 403, body: { error: 'NOT_A_MODERATOR' } });
  }
  for (const call of [pin('cat', 2), unpin('cat', 1), app.ask('cat', `GET /chats/${id}/pins/`)]) {
    expect(await call).toMatchObject({ status: 403, body: { error: 'NOT_A_MEMBER' } });
  }
  expect(idsOf(await pinned())).toEqual([1]);
});

test('in a direct room, both members can pin', async () => {
  const { body } = await app.ask('dan', 'POST /chats/', { kind: 'direct', members: ['eve'] });
  id = String(body['id']);
  await app.fillLog(id, 'dan', ['one', 'two']);
  expect((await pin('dan', 1)).status).toBe(204);
  expect((await pin('eve', 2)).status).toBe(204);
  expect(idsOf(await pinned('eve'))).toEqual([2, 1]);
});

test.each([99, 'x', '0', '4'])('a message that does not exist cannot be pinned: %s', async (message) => {
  if (message === '4') await pin('ann', 1);
  expect(await pin('ann', message)).toMatchObject({ status: 404, body: { error: 'MESSAGE_NOT_FOUND' } });
});

test('an archived room refuses pins, and shows those that it has', async () => {
  await pin('ann', 1);
  expect((await app.ask('ann', `PATCH /chats/${id}/`, { archived: true })).status).toBe(200);
  const { seq } = await roomOf();
  for (const call of [pin('ann', 2), unpin('ann', 1)]) {
    expect(await call).toMatchObject({ status: 403, body: { error: 'ROOM_ARCHIVED' } });
  }
  await expect(log(2, false, { unlessArchived: true })).rejects.toMatchObject({ code: 'ROOM_ARCHIVED' });
  expect((await roomOf()).seq).toBe(seq);
  expect(idsOf(await pinned())).toEqual([1]);
});

test('a user does not see pinned messages of users whom they have blocked', async () => {
  await pin('ann', 1);
  await app.ask('ann', 'PUT /blocks/ben/');
  expect(await pinned('ann')).toEqual([]);
  expect(idsOf(await pinned('ben'))).toEqual([1]);
  await app.ask('ann', 'DELETE /blocks/ben/');
});

describe('the limit of 50 pins', () => {
  test('holds for pins at the same moment, and a refused pin is in no log', async () => {
    await app.fillLog(id, 'ben', Array<string>(57).fill('more'));
    const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => pin('ann', index + 1)));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(50);
    const refused = answers.filter(({ status }) => status !== 204);
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 409, body: { error: 'TOO_MANY_PINS' } });
    }
    const ids = idsOf(await pinned());
    expect(ids).toHaveLength(50);
    expect((await synced()).map(({ message }) => message).toSorted()).toEqual(ids.toSorted());
  });

  test('refuses a pin without a number, and counts no deleted message', async () => {
    await app.fillLog(id, 'ben', Array<string>(57).fill('more'));
    for (let message = 1; message <= 50; message++)
      await applyPin(app.database.db, id, (await log(message)).change);
    const { seq } = await roomOf();
    expect(await pin('ann', 51)).toMatchObject({ status: 409, body: { error: 'TOO_MANY_PINS' } });
    expect((await roomOf()).seq).toBe(seq);
    expect((await app.askAdmin(`DELETE /rooms/${id}/messages/50/`)).status).toBe(204);
    expect(idsOf(await pinned())).toHaveLength(49);
    expect((await pin('ann', 51)).status).toBe(204);
    await synced();
    expect(idsOf(await pinned())[0]).toBe(51);
  });
});

describe('a pin whose function stopped after it was logged', () => {
  test('is applied by the next sync', async () => {
    await log(2);
    expect(await pinned()).toEqual([]);
    await synced();
    expect(idsOf(await pinned())).toEqual([2]);
    await log(2, true);
    await synced();
    expect(await pinned()).toEqual([]);
  });

  test('is not applied by a sync if the log also has its unpin', async () => {
    await log(2);
    await log(2, true);
    await log(3);
    await synced();
    expect(idsOf(await pinned())).toEqual([3]);
  });

  test('does not come back after it was unpinned', async () => {
    await pin('ann', 2);
    await unpin('ann', 2);
    await synced();
    expect(await pinned()).toEqual([]);
  });
});

test('a pin that comes after an unpin with a higher number takes another number', async () => {
  const { db } = app.database;
  await pin('ann', 3);
  const early = (await log(1)).change;
  await applyPin(db, id, (await log(3, true)).change);
  expect(await applyPin(db, id, early)).toBe('overtaken');
  const late = (await log(1)).change;
  expect(await applyPin(db, id, late)).toBe('applied');
  expect(await applyPin(db, id, late)).toBe('already');
  await applyPin(db, id, { ...early, removed: true });
  expect(await listPins(db, id)).toMatchObject([{ message: 1, seq: late.seq }]);
});
