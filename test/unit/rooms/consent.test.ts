import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { joinRoom } from '../../../functions/commands/join-room.ts';
import { leaveRoom } from '../../../functions/commands/leave-room.ts';
import { sendMessage } from '../../../functions/commands/send-message.ts';
import { openInbox } from '../../../functions/connections/inbox.ts';
import { deliver } from '../../../functions/delivery/deliver.ts';
import type { Session } from '../../../functions/domain/connection.ts';
import { directRoomId, inboxOf } from '../../../functions/domain/room.ts';
import { listShards, putConnection } from '../../../functions/store/connections.ts';
import { roomKey } from '../../../functions/store/keys.ts';
import { listLog } from '../../../functions/store/log.ts';
import { enterRoom } from '../../../functions/store/members.ts';
import { addOpenConnection } from '../../../functions/store/profiles.ts';
import { putRoom } from '../../../functions/store/rooms.ts';
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

const sessionOfInbox = (id: string) => (): Session => sessionOf(id, inboxOf(id));

const makeDirect = (from: string, to: string) =>
  app.ask(from, 'POST /chats/', { kind: 'direct', members: [to] });

/** Makes a user online. */
const arrive = (user: string) =>
  addOpenConnection(app.database.db, sessionOf(user, 'elsewhere'), app.context.now());

async function memberOf(caller: string, room: string, user: string): Promise<Json | undefined> {
  const { body } = await app.ask(caller, `GET /chats/${room}/`);
  return (body['members'] as Json[]).find(({ user_id }) => user_id === user);
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

  test.each([
    ['a refused message', 'POST', 'send_message/', { content: 'x', reply_to: 77 }],
    ['a message with an unknown file', 'POST', 'send_message/', { content: 'x', file: 'none' }],
  ])('is still a request after %s', async (_what, method, path, body) => {
    await makeDirect('eve', 'ann');
    await app.ask('eve', 'POST /chats/direct:ann:eve/send_message/', { content: 'hello' });
    const { status } = await app.ask('ann', `${method} /chats/direct:ann:eve/${path}`, body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(await app.listed('ann', 'direct:ann:eve')).toMatchObject({ request: true });
    expect((await app.ask('ann', 'POST /chats/direct:ann:eve/decline/')).status).toBe(204);
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

  test('is accepted by both when both create it at the same moment', async () => {
    await Promise.all([makeDirect('eve', 'ann'), makeDirect('ann', 'eve')]);
    expect(await app.listed('ann', 'direct:ann:eve')).toMatchObject({ request: false });
    expect(await app.listed('eve', 'direct:ann:eve')).toMatchObject({ request: false });
  });

  test('is completed after a function stopped before it added the other user', async () => {
    const { db } = app.database;
    await putRoom(db, { id: 'direct:ann:eve', name: '', kind: 'direct', access: 'members' });
    await enterRoom(db, 'direct:ann:eve', 'eve', 'member');
    await makeDirect('eve', 'ann');
    expect(await app.listed('ann', 'direct:ann:eve')).toMatchObject({ request: true });
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
    await app.ask('eve', 'POST /chats/direct:ann:eve/send_message/', { content: 'sorry' });
    expect((await makeDirect('ann', 'eve')).body).toMatchObject({ id: 'direct:ann:eve', request: false });
    expect(await app.listed('ann', 'direct:ann:eve')).toMatchObject({ request: false, unread: 1 });
  });

  test('that was declined lists its other member also in a page of one', async () => {
    await makeDirect('eve', 'ann');
    await app.ask('ann', 'POST /chats/direct:ann:eve/decline/');
    const { body } = await app.ask('eve', 'GET /chats/direct:ann:eve/members/?limit=1');
    expect(body['members']).toMatchObject([{ user_id: 'eve' }]);
  });

  test('cannot be declined after it was accepted', async () => {
    await makeDirect('eve', 'ann');
    await app.ask('ann', 'POST /chats/direct:ann:eve/accept/');
    expect(await app.ask('ann', 'POST /chats/direct:ann:eve/decline/')).toMatchObject({
      status: 409,
      body: { error: 'NO_REQUEST' },
    });
  });

  test('is not a request between users who share a room', async () => {
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

  test('can be declined by the only owner left, when it is a group', async () => {
    await app.makeRoom('spam', 'eve', 'mal');
    await app.ask('eve', 'POST /chats/spam/members/', { user_id: 'ann', role: 'owner' });
    expect((await app.ask('eve', 'DELETE /chats/spam/members/eve/')).body).toMatchObject({
      error: 'LAST_OWNER',
    });
    await app.ask('mal', 'POST /chats/spam/decline/');
    expect((await app.ask('ann', 'POST /chats/spam/decline/')).status).toBe(204);
    expect(await app.listed('ann', 'spam')).toBeUndefined();
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

describe('a message of a stranger that reaches the inbox of a user', () => {
  const inbox = sessionOfInbox('ann');
  const direct = 'direct:ann:eve';

  /** Sends a message as the stranger. Returns its status. */
  async function statusOfNext(): Promise<unknown> {
    const author = { ...sessionOf('eve', direct), reads: 'manual' } as const;
    await sendMessage({ kind: 'SendMessage', text: 'hello', type: 'text' }, author, app.context);
    const { entries } = await listLog(app.database.db, direct, { limit: 1 });
    return entries[0]?.kind === 'message' && entries[0].message.status;
  }
  const open = async () => {
    await putConnection(app.database.db, inbox());
    await openInbox(inbox(), app.context, (event) => deliver(event, [inbox()], app.context));
  };

  test.each([
    ['opened before', [open, () => makeDirect('eve', 'ann')]],
    ['opened after', [() => makeDirect('eve', 'ann'), open]],
  ] as const)('has no receipt while the room is a request, and the inbox was %s', async (_when, steps) => {
    for (const step of steps) await step();
    expect(await statusOfNext()).toBe('sent');
    const look = async (meanwhile: () => Promise<unknown>) => {
      await joinRoom({ kind: 'JoinRoom', room: direct }, inbox(), app.context);
      await meanwhile();
      await leaveRoom({ kind: 'LeaveRoom', room: direct }, inbox(), app.context);
    };
    await look(async () => undefined);
    expect(await statusOfNext()).toBe('sent');
    await look(() => app.ask('ann', `POST /chats/${direct}/accept/`));
    expect(await statusOfNext()).toBe('delivered');
  });

  test('has a receipt if the user has connected to the room itself, as contracts S0 and S1 expect', async () => {
    await makeDirect('eve', 'ann');
    await putConnection(app.database.db, sessionOf('ann', direct));
    expect(await statusOfNext()).toBe('read');
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

  test('count all additions of a user by strangers, to rooms of any kind', async () => {
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

/** Returns the rooms in which an inbox that a user opens now has a row. */
async function openedInbox(user: string): Promise<(room: string) => Promise<boolean>> {
  const inbox = sessionOf(user, inboxOf(user));
  await putConnection(app.database.db, inbox);
  await openInbox(inbox, app.context, (event) => deliver(event, [inbox], app.context));
  return async (room) => (await listShards(app.database.db, room, [0], app.context.now())).length > 0;
}

test('one stranger adds a user to at most 10 rooms, and leaves the rest of the limit to other strangers', async () => {
  app.database.close();
  app = await openEmbeddedApp({
    roomLimits: { create: null, invite: { messages: 50, windowMs: 24 * HOUR } },
  });
  const invite = (stranger: string) => app.ask(stranger, 'POST /chats/', { members: ['ann'] });
  const statuses: number[] = [];
  for (let count = 0; count < 60; count++) statuses.push((await invite('eve')).status);
  expect(statuses).toEqual([...Array(10).fill(201), ...Array(50).fill(429)]);
  const { body } = await invite('eve');
  expect(body).toMatchObject({ error: 'RATE_LIMITED', retry_after_ms: expect.any(Number) });
  expect(body['message']).toMatch(/you have added this user/);
  for (const other of ['bob', 'cat', 'dan', 'fay']) {
    for (let count = 0; count < 10; count++) expect((await invite(other)).status).toBe(201);
  }
  expect((await invite('gus')).body['message']).toMatch(/many people have added this user/);
  app.wait(24 * HOUR);
  expect((await invite('eve')).status).toBe(201);
});

describe('strangers who try to put a user into 80 rooms', () => {
  const strangers = Array.from({ length: 8 }, (_, index) => `eve-${index}`);
  const own = directRoomId('ann', 'zoe');

  /** Tries to create 10 rooms with `ann`, and writes in each that exists. Returns their ids. */
  async function flood(stranger: string): Promise<string[]> {
    const created: string[] = [];
    for (let index = 0; index < 10; index++) {
      const kind = index === 0 ? 'direct' : 'group';
      const { status, body } = await app.ask(stranger, 'POST /chats/', { kind, members: ['ann'] });
      if (status !== 201) continue;
      created.push(String(body['id']));
      await app.ask(stranger, `POST /chats/${body['id']}/send_message/`, { content: 'buy' });
    }
    return created;
  }

  beforeEach(async () => {
    app.database.close();
    app = await openEmbeddedApp({
      roomLimits: {
        create: { messages: 60, windowMs: HOUR },
        invite: { messages: 50, windowMs: 24 * HOUR },
      },
    });
    await makeDirect('zoe', 'ann');
    await app.ask('ann', `POST /chats/${own}/send_message/`, { content: 'hi' });
  });

  test('reach the limit after 49 rooms, and the user’s own direct room stays in the list and the inbox', async () => {
    const created = (await Promise.all(strangers.map(flood))).flat();
    expect(created).toHaveLength(49);
    const { body } = await app.ask('ann', 'GET /chats/?limit=50');
    const chats = body['chats'] as Json[];
    expect(chats).toHaveLength(50);
    expect(chats.filter(({ request }) => request).map(({ id }) => id)).toEqual(
      expect.arrayContaining(created),
    );
    expect(chats.find(({ id }) => id === own)).toMatchObject({ request: false });
    const covers = await openedInbox('ann');
    expect(await covers(own)).toBe(true);
    // Declining frees the list, and the limit of strangers does not concern people who share a room with the user.
    expect((await app.ask('ann', `POST /chats/${created[0]}/decline/`)).status).toBe(204);
    expect(await app.ask('zoe', 'POST /chats/', { members: ['ann'] })).toMatchObject({ status: 201 });
    expect((await makeDirect('new', 'ann')).body).toMatchObject({ error: 'RATE_LIMITED' });
    app.wait(24 * HOUR);
    expect((await makeDirect('new', 'ann')).status).toBe(201);
  });
});
