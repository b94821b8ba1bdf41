import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sendMessage } from '../../../functions/commands/send-message.ts';
import { openInbox } from '../../../functions/connections/inbox.ts';
import type { Event } from '../../../functions/domain/event.ts';
import { inboxOf } from '../../../functions/domain/room.ts';
import { listShards } from '../../../functions/store/connections.ts';
import { memberKey, roomKey } from '../../../functions/store/keys.ts';
import { addOpenConnection } from '../../../functions/store/profiles.ts';
import { type EmbeddedApp, openEmbeddedApp } from '../../support/embedded-app.ts';
import type { Json } from '../../support/http.ts';
import { connectionOf } from '../../support/sample.ts';

const HOUR = 3_600_000;
const limits = { create: { messages: 3, windowMs: HOUR }, invite: { messages: 2, windowMs: HOUR } };

let app: EmbeddedApp;
beforeEach(async () => {
  app = await openEmbeddedApp({ roomLimits: limits });
});
afterEach(() => app.database.close());

const userOf = (id: string) => ({ id, username: `name-${id}`, email: '', userType: '' });
const sessionOf = (id: string, room: string) =>
  connectionOf(userOf(id), {
    room,
    connectedAt: app.context.now(),
    tokenExpiresAt: app.context.now() + HOUR,
  });

const makeDirect = (from: string, to: string) =>
  app.ask(from, 'POST /chats/', { kind: 'direct', members: [to] });

/** Makes a user online. */
const arrive = (user: string) =>
  addOpenConnection(app.database.db, sessionOf(user, 'elsewhere'), app.context.now());

async function memberOf(caller: string, room: string, user: string): Promise<Json | undefined> {
  const { body } = await app.ask(caller, `GET /chats/${room}/`);
  return (body['members'] as Json[]).find(({ user_id }) => user_id === user);
}

/** Stores many rooms of a user at once; `room-0` changed last. */
async function fillRooms(user: string, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, index) => `room-${index}`);
  const room = { name: '', kind: 'group', access: 'members', seq: 0, shards: 1 };
  await app.database.fill('chat', [
    ...ids.map((id, index) => marshall({ ...roomKey(id), ...room, lastAt: 1_000_000 - index })),
    ...ids.map((id) => marshall({ ...memberKey(id, user), user, role: 'member', readTo: 0 })),
  ]);
}

describe('a direct room that a stranger created', () => {
  test('is a request until the other user accepts it', async () => {
    await makeDirect('eve', 'ann');
    expect(await app.listed('ann', 'direct:ann:eve')).toMatchObject({ request: true });
    expect(await app.listed('eve', 'direct:ann:eve')).toMatchObject({ request: false });
    expect((await app.ask('ann', 'GET /chats/direct:ann:eve/')).body).toMatchObject({ request: true });
    expect((await app.ask('ann', 'POST /chats/direct:ann:eve/accept/')).status).toBe(204);
    expect((await app.ask('ann', 'POST /chats/direct:ann:eve/accept/')).status).toBe(204);
    expect(await app.listed('ann', 'direct:ann:eve')).toMatchObject({ request: false });
  });

  test('is accepted by a message by REST', async () => {
    await makeDirect('eve', 'ann');
    await app.ask('eve', 'POST /chats/direct:ann:eve/send_message/', { content: 'hello' });
    expect(await app.listed('ann', 'direct:ann:eve')).toMatchObject({ request: true, unread: 1 });
    await app.ask('ann', 'POST /chats/direct:ann:eve/send_message/', { content: 'hi' });
    expect(await app.listed('ann', 'direct:ann:eve')).toMatchObject({ request: false });
  });

  test.each(['action', 'type', 'operation'] as const)('is accepted by a message in %s', async (dialect) => {
    await makeDirect('eve', 'ann');
    const session = { ...sessionOf('ann', 'direct:ann:eve'), dialect };
    await sendMessage({ kind: 'SendMessage', text: 'hi', type: 'text' }, session, app.context);
    expect(await app.listed('ann', 'direct:ann:eve')).toMatchObject({ request: false });
  });

  test('is accepted when the other user creates the same room', async () => {
    await makeDirect('eve', 'ann');
    expect(await makeDirect('ann', 'eve')).toMatchObject({ status: 200, body: { request: false } });
  });

  test('can be declined, once and for all', async () => {
    await makeDirect('eve', 'ann');
    expect((await app.ask('ann', 'POST /chats/direct:ann:eve/decline/')).status).toBe(204);
    expect((await makeDirect('eve', 'ann')).status).toBe(200);
    await app.ask('eve', 'POST /chats/direct:ann:eve/send_message/', { content: 'hello' });
    expect(await app.listed('ann', 'direct:ann:eve')).toBeUndefined();
    expect((await app.ask('ann', 'GET /chats/direct:ann:eve/')).status).toBe(403);
    expect((await app.ask('ann', 'POST /chats/direct:ann:eve/decline/')).status).toBe(403);
    expect(await memberOf('eve', 'direct:ann:eve', 'ann')).toBeUndefined();
  });

  test('that was declined opens again when the user who declined it creates it', async () => {
    await makeDirect('eve', 'ann');
    await app.ask('ann', 'POST /chats/direct:ann:eve/decline/');
    expect((await makeDirect('ann', 'eve')).body).toMatchObject({ id: 'direct:ann:eve', request: false });
    expect(await app.listed('ann', 'direct:ann:eve')).toMatchObject({ request: false });
  });

  test('cannot be declined after it was accepted', async () => {
    await makeDirect('eve', 'ann');
    await app.ask('ann', 'POST /chats/direct:ann:eve/accept/');
    expect(await app.ask('ann', 'POST /chats/direct:ann:eve/decline/')).toMatchObject({
      status: 409,
      body: { error: 'NO_REQUEST' },
    });
  });

  test('is no request between users who share a room', async () => {
    await app.makeRoom('lunch', 'ann', 'eve');
    await makeDirect('eve', 'ann');
    expect(await app.listed('ann', 'direct:ann:eve')).toMatchObject({ request: false });
  });

  test('is a request, and can be left, when it is a group', async () => {
    const { body } = await app.ask('eve', 'POST /chats/', { name: 'spam', members: ['ann'] });
    const id = String(body['id']);
    expect(await app.listed('ann', id)).toMatchObject({ request: true });
    expect((await app.ask('ann', `POST /chats/${id}/decline/`)).status).toBe(204);
    expect(await app.listed('ann', id)).toBeUndefined();
  });
});

describe('the name and the presence of a user', () => {
  beforeEach(async () => {
    await arrive('ann');
  });

  test.each(['direct', 'group'])('are hidden from a stranger who adds them to a %s room', async (kind) => {
    const { body } = await app.ask('eve', 'POST /chats/', { kind, members: ['ann'] });
    const hidden = { username: null, online: false, last_seen: null, pending: true };
    expect((body['members'] as Json[]).find(({ user_id }) => user_id === 'ann')).toMatchObject(hidden);
    const page = await app.ask('eve', `GET /chats/${String(body['id'])}/members/`);
    expect((page.body['members'] as Json[]).find(({ user_id }) => user_id === 'ann')).toMatchObject(hidden);
    // A room that the user never accepted does not make the two know each other.
    const next = await app.ask('eve', 'POST /chats/', { kind: 'group', members: ['ann'] });
    expect((next.body['members'] as Json[]).find(({ user_id }) => user_id === 'ann')).toMatchObject(hidden);
  });

  test('are shown once the user has accepted', async () => {
    await makeDirect('eve', 'ann');
    await app.ask('ann', 'POST /chats/direct:ann:eve/accept/');
    expect(await memberOf('eve', 'direct:ann:eve', 'ann')).toMatchObject({
      username: 'name-ann',
      online: true,
      pending: false,
    });
  });

  test('are hidden from visitors of an open room', async () => {
    await app.makeRoom('open', 'ann');
    await app.database.db.chat.update(roomKey('open'), {
      update: 'SET #access = :open',
      values: { ':open': 'open' },
    });
    expect(await memberOf('eve', 'open', 'ann')).toMatchObject({ username: null, online: false });
    expect(await memberOf('ann', 'open', 'ann')).toMatchObject({ username: 'name-ann', online: true });
  });
});

describe('room limits', () => {
  test('refuse a user who creates too many rooms, and store nothing', async () => {
    for (let index = 0; index < 3; index++) await app.ask('eve', 'POST /chats/', { name: 'x' });
    const refused = await app.ask('eve', 'POST /chats/', { name: 'x' });
    expect(refused).toMatchObject({ status: 429, body: { error: 'RATE_LIMITED' } });
    expect(refused.body['retry_after_ms']).toBeGreaterThan(0);
    expect((await app.ask('eve', 'GET /chats/')).body['chats']).toHaveLength(3);
    app.wait(HOUR);
    expect((await app.ask('eve', 'POST /chats/', { name: 'x' })).status).toBe(201);
  });

  test('do not count a direct room that exists', async () => {
    for (let index = 0; index < 9; index++) {
      expect((await makeDirect('eve', 'ann')).status).toBe(index === 0 ? 201 : 200);
    }
  });

  test('bound how often strangers add a user, by any of them and to any kind of room', async () => {
    await makeDirect('eve', 'ann');
    await app.makeRoom('spam', 'mal');
    expect((await app.ask('mal', 'POST /chats/spam/members/', { user_id: 'ann' })).status).toBe(201);
    expect((await app.ask('mal', 'POST /chats/spam/members/', { user_id: 'ann' })).status).toBe(200);
    const refused = { status: 429, body: { error: 'RATE_LIMITED' } };
    expect(await app.ask('bob', 'POST /chats/', { members: ['ann'] })).toMatchObject(refused);
    expect(await makeDirect('bob', 'ann')).toMatchObject(refused);
    expect((await app.ask('ann', 'GET /chats/')).body['chats']).toHaveLength(2);
    expect((await app.ask('bob', 'GET /chats/')).body['chats']).toHaveLength(0);
    await app.makeRoom('friends', 'cat', 'ann');
    expect(await makeDirect('cat', 'ann')).toMatchObject({ status: 201 });
  });
});

describe('a user in 5,000 rooms', () => {
  beforeEach(() => fillRooms('ann', 5_000));

  test('is added to no other room', async () => {
    const refused = { status: 409, body: { error: 'ROOM_LIMIT' } };
    expect(await makeDirect('eve', 'ann')).toMatchObject(refused);
    expect(await app.ask('ann', 'POST /chats/', { name: 'one more' })).toMatchObject(refused);
    await app.makeRoom('lunch', 'eve');
    expect(await app.ask('eve', 'POST /chats/lunch/members/', { user_id: 'ann' })).toMatchObject(refused);
  });

  test('pages through all of them by latest activity, and has the latest 1,000 in an inbox', async () => {
    const ids: unknown[] = [];
    let cursor: unknown = '';
    // The key order differs from the order by activity, so the first pages show both ends of it.
    for (let page = 0; page < 3; page++) {
      const query: string = cursor === '' ? '' : `&cursor=${String(cursor)}`;
      const { body } = await app.ask('ann', `GET /chats/?limit=50${query}`);
      ids.push(...(body['chats'] as Json[]).map(({ id }) => id));
      cursor = body['next_cursor'];
    }
    expect(ids).toEqual(Array.from({ length: 150 }, (_, index) => `room-${index}`));
    const last = Buffer.from(JSON.stringify([1_000_000 - 4_998, 'room-4998'])).toString('base64url');
    const { body } = await app.ask('ann', `GET /chats/?cursor=${last}`);
    expect(body).toMatchObject({ chats: [{ id: 'room-4999' }], next_cursor: null });

    const posted: Event[] = [];
    const poster = {
      ...app.context.poster,
      post: async (_id: string, frame: string) => {
        posted.push(JSON.parse(frame) as Event);
        return 'delivered' as const;
      },
    };
    await openInbox(sessionOf('ann', inboxOf('ann')), { ...app.context, poster });
    expect(posted).toMatchObject([{ type: 'inbox', rooms: 1_000 }]);
    const covers = async (room: string) =>
      (await listShards(app.database.db, room, [0], app.context.now())).length;
    expect(await Promise.all(['room-0', 'room-999', 'room-1000'].map(covers))).toEqual([1, 1, 0]);
  });
});
