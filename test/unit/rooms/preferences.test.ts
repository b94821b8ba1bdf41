import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../../functions/connections/lifecycle.ts';
import type { Session } from '../../../functions/domain/connection.ts';
import { putInInbox } from '../../../functions/store/connections.ts';
import { listPlacements } from '../../../functions/store/placements.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import type { Json } from '../../support/http.ts';
import { connectionOf } from '../../support/sample.ts';

const usual = { notify: 'all', pinned: false, hidden: false };

let app: EmbeddedApp;
/** The frames that were posted, each with its connection. */
let posted: [connection: string, frame: Json][] = [];
beforeAll(async () => {
  const post = async (connection: string, frame: string) => {
    posted.push([connection, JSON.parse(frame) as Json]);
    return 'delivered' as const;
  };
  app = await openEmbeddedApp({ poster: { post, close: async () => true, isOpen: async () => true } });
});
afterAll(() => app.database.close());

const idsOf = async (user: string, query = ''): Promise<unknown[]> => {
  const { body } = await app.ask(user, `GET /chats/${query}`);
  return (body['chats'] as Json[]).map(({ id }) => id);
};

/** Opens a socket of a user in a room. */
async function open(user: string, id: string, room: string): Promise<Session> {
  const now = app.context.now();
  const times = { connectedAt: now - 60_000, tokenExpiresAt: now + 3_600_000 };
  const session = connectionOf(
    { id: user, username: user, email: '', userType: '' },
    { id, room, changes: 'all', ...times },
  );
  await connect(session, app.context, async () => {});
  return session;
}

const prefer = (user: string, room: string, change: object) =>
  app.ask(user, `PATCH /chats/${room}/preferences/`, change);

test('a member chooses notifications, which the room and the list show to this member only', async () => {
  await app.makeRoom('lunch', 'ann', 'ben');
  expect(await app.listed('ann', 'lunch')).toMatchObject({ preferences: usual });
  const answer = await prefer('ann', 'lunch', { notify: 'mentions' });
  expect(answer).toEqual({ status: 200, body: { ...usual, notify: 'mentions' } });
  expect(await app.listed('ann', 'lunch')).toMatchObject({ preferences: { notify: 'mentions' } });
  expect((await app.ask('ann', 'GET /chats/lunch/')).body).toMatchObject({
    preferences: { notify: 'mentions' },
  });
  expect((await app.ask('ben', 'GET /chats/lunch/')).body).toMatchObject({ preferences: usual });
  const members = JSON.stringify((await app.ask('ben', 'GET /chats/lunch/members/')).body);
  expect(members).not.toContain('mentions');
});

test('pinned rooms come first on every page of the list', async () => {
  for (const [index, id] of ['p1', 'p2', 'p3', 'p4'].entries()) {
    await app.makeRoom(id, 'pia', 'ben');
    app.wait(1_000 * index);
    await app.fillLog(id, 'ben', ['hello']);
  }
  expect(await idsOf('pia')).toEqual(['p4', 'p3', 'p2', 'p1']);
  await prefer('pia', 'p1', { pinned: true });
  await prefer('pia', 'p2', { pinned: true });
  const seen: unknown[] = [];
  let cursor: unknown = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${String(cursor)}`;
    const { body } = await app.ask('pia', `GET /chats/?limit=1${query}`);
    seen.push(...(body['chats'] as Json[]).map(({ id }) => id));
    cursor = body['next_cursor'];
  }
  expect(seen).toEqual(['p2', 'p1', 'p4', 'p3']);
  await prefer('pia', 'p2', { pinned: false });
  expect(await idsOf('pia')).toEqual(['p1', 'p4', 'p3', 'p2']);
});

test('a cursor of an earlier release continues the list', async () => {
  await app.makeRoom('old', 'eve', 'ben');
  await app.fillLog('old', 'ben', ['hello']);
  const cursor = Buffer.from(JSON.stringify([Date.now() * 2, 'zzz'])).toString('base64url');
  expect(await idsOf('eve', `?cursor=${cursor}`)).toEqual(['old']);
});

test('a hidden room leaves the list until another user sends a message', async () => {
  await app.makeRoom('news', 'cat', 'ben');
  await app.fillLog('news', 'ben', ['one']);
  expect((await prefer('cat', 'news', { hidden: true })).body).toEqual({ ...usual, hidden: true });
  await app.fillLog('news', 'cat', ['my own message']);
  expect(await idsOf('cat')).toEqual([]);
  expect(await app.listed('ben', 'news')).toBeDefined();
  const { body } = await app.ask('cat', 'GET /chats/?hidden=true');
  expect(body['chats']).toMatchObject([{ id: 'news', preferences: { hidden: true }, unread: 1 }]);
  await app.fillLog('news', 'ben', ['two']);
  expect(await app.listed('cat', 'news')).toMatchObject({ unread: 2, preferences: { hidden: false } });
  expect(await idsOf('cat', '?hidden=true')).toEqual([]);
  await prefer('cat', 'news', { hidden: true });
  expect(await idsOf('cat')).toEqual([]);
  await prefer('cat', 'news', { hidden: false });
  expect(await idsOf('cat')).toEqual(['news']);
});

test('the member’s own sockets in the room and inboxes receive a change, and no others', async () => {
  await app.makeRoom('loud', 'dan', 'ben');
  await open('dan', 'in-room', 'loud');
  await open('dan', 'elsewhere', 'lunch');
  const inbox = await open('dan', 'inbox', '#dan');
  await putInInbox(app.database.db, {
    ...inbox,
    room: 'loud',
    via: 'inbox',
    home: { room: '#dan', shard: 0 },
  });
  await open('ben', 'of-ben', 'loud');
  posted = [];
  await prefer('dan', 'loud', { pinned: true, notify: 'none' });
  const frame = { type: 'preferences', room_id: 'loud', notify: 'none', pinned: true, hidden: false };
  expect(posted).toHaveLength(2);
  expect(Object.fromEntries(posted)).toEqual({ 'in-room': frame, inbox: frame });
  posted = [];
  app.database.restart();
  expect((await prefer('dan', 'loud', { pinned: true })).body).toMatchObject({ pinned: true });
  expect(posted).toEqual([]);
  expect(app.database.counts().writeUnits).toBe(0);
});

test('a user who is not a member has no preferences, and a member who leaves loses theirs', async () => {
  await app.makeRoom('gone', 'ann', 'flo');
  expect(await prefer('eve', 'gone', { pinned: true })).toMatchObject({ status: 403 });
  expect(await prefer('flo', 'nowhere', { pinned: true })).toMatchObject({ status: 403 });
  await prefer('flo', 'gone', { pinned: true, notify: 'none' });
  expect((await listPlacements(app.database.db, 'flo')).size).toBe(1);
  await app.ask('flo', 'DELETE /chats/gone/members/flo/');
  expect((await listPlacements(app.database.db, 'flo')).size).toBe(0);
  await app.ask('ann', 'POST /chats/gone/members/', { user_id: 'flo' });
  expect(await app.listed('flo', 'gone')).toMatchObject({ preferences: usual });
});

test.each([{}, { notify: 'loud' }, { pinned: 1 }, { hidden: 'yes' }, { other: true }])(
  'preferences like %j are refused',
  async (change) => {
    const answer = await prefer('ann', 'lunch', change);
    expect(answer).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
  },
);

test('undoing each choice leaves no item behind', async () => {
  await app.makeRoom('back', 'gil', 'ben');
  const before = await app.database.countItems();
  await prefer('gil', 'back', { pinned: true, hidden: true });
  expect(await app.database.countItems()).toBe(before + 1);
  await prefer('gil', 'back', { hidden: false });
  await prefer('gil', 'back', { pinned: false });
  expect(await app.database.countItems()).toBe(before);
});
