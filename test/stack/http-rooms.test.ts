import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRoom } from '../../bin/demo.ts';
import { enter, enterInbox } from '../support/chat.ts';
import { type Asking, ask, askingAs, type Json } from '../support/http.ts';
import { databaseOf, newRoom } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';

let stack: TestStack;
let alice: Asking;
let bob: Asking;
let carol: Asking;
let dave: Asking;

beforeAll(async () => {
  stack = await sharedTestStack();
  const people = ['alice', 'bob', 'carol', 'dave'].map((name) => askingAs(stack, name));
  [alice, bob, carol, dave] = (await Promise.all(people)) as [Asking, Asking, Asking, Asking];
});

afterAll(() => stack.stop());

const chatsOf = async (who: Asking, query = '') =>
  (await who(`GET /chats/${query}`)).body['chats'] as readonly Json[];

test('a room shows which members are online in any room, and when they were last seen', async () => {
  const room = await newRoom(stack, 'alice', 'carol', 'dave');
  const members = async () => (await alice(`GET /chats/${room}/`)).body['members'] as readonly Json[];
  const elsewhere = await enter(stack, 'carol');
  expect(await members()).toMatchObject([
    { user_id: 1 },
    { user_id: 3, username: 'carol', online: true, last_seen: expect.any(String) },
    { user_id: 4, online: false, last_seen: null },
  ]);
  await elsewhere.close();
  await expect.poll(members, { timeout: 10_000 }).toMatchObject([{}, { user_id: 3, online: false }, {}]);
});

test('a user finds members of shared rooms by name, and a request without a token is refused', async () => {
  const names = async (query: string) =>
    ((await alice(`GET /users/?query=${query}`)).body['users'] as Json[]).map(({ username }) => username);
  expect(await names('bo')).toEqual(['bob']);
  expect(await names('CA')).toEqual(['carol']);
  expect(await names('3')).toEqual(['carol']);
  expect((await ask(stack, 'GET /users/?query=bob')).status).toBe(401);
});

describe('creating a room', () => {
  test('makes its creator the owner and the others members', async () => {
    const { status, body } = await dave('POST /chats/', { name: 'Lunch', members: [1, '2', '4', 2] });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'Lunch', kind: 'group', access: 'members', seq: 0 });
    expect(body['id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(body['more_members']).toBe(false);
    expect(body['members']).toMatchObject([
      { user_id: 1, role: 'member', muted_until: null },
      { user_id: 2, role: 'member' },
      { user_id: 4, role: 'owner' },
    ]);
    const found = await alice(`GET /chats/${body['id']}/`);
    expect(found).toMatchObject({ status: 200, body });
  });

  test.each(['   ', '\u200b\u3164', '\u2800\n'])('treats a name of blanks like no name: %j', async (name) => {
    expect(await dave('POST /chats/', { name })).toMatchObject({ status: 201, body: { name: '' } });
  });

  test('refuses a name with a NUL character', async () => {
    const answer = await dave('POST /chats/', { name: 'a\0b' });
    expect(answer).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
  });

  test('returns the same direct room to both users every time', async () => {
    const made = await carol('POST /chats/', { kind: 'direct', members: [4] });
    expect(made).toMatchObject({ status: 201, body: { id: 'direct:3:4', kind: 'direct', name: '' } });
    const again = await dave('POST /chats/', { kind: 'direct', members: ['3'] });
    expect(again).toMatchObject({ status: 200, body: made.body });
    expect(made.body['members']).toMatchObject([
      { user_id: 3, role: 'member' },
      { user_id: 4, role: 'member' },
    ]);
  });

  test.each([
    ['a direct room of one', { kind: 'direct', members: [] }],
    ['a direct room with oneself', { kind: 'direct', members: ['1'] }],
    ['a direct room of three', { kind: 'direct', members: [2, 3] }],
    ['an unknown kind', { kind: 'crowd' }],
    ['an unknown access', { access: 'everybody' }],
    ['a name of 201 characters', { name: 'x'.repeat(201) }],
    ['101 members', { members: Array.from({ length: 101 }, (_, index) => index + 10) }],
    ['a member without a name', { members: [''] }],
    ['a text', '"room"'],
    ['text that is not JSON', '{'],
  ])('rejects %s and creates nothing', async (_what, body) => {
    const before = (await chatsOf(alice, '?limit=50')).length;
    expect(await alice('POST /chats/', body)).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
    expect(await chatsOf(alice, '?limit=50')).toHaveLength(before);
  });

  test('requires a signed-in user', async () => {
    expect((await ask(stack, 'POST /chats/', { body: {} })).status).toBe(401);
  });
});

describe('a room', () => {
  test('answers the same 403 to strangers as for a room that does not exist', async () => {
    const answers = await Promise.all(
      ['2', '404', 'a%2Fb', '%23', '%25', 'x'.repeat(300), 'user%231', '%00'].map((id) =>
        bob(`GET /chats/${id}/`),
      ),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 403, body: { error: 'NOT_A_MEMBER' } });
    }
  });

  test('is found by its escaped id if the id contains URL characters', async () => {
    const members = [{ user: '1', role: 'owner' as const }];
    const ids = ['50% off', 'c#', 'größe', 'a?b', 'team/a'];
    for (const id of ids) {
      const plan = { id, name: id, kind: 'group', access: 'members', members } as const;
      await makeRoom(databaseOf(stack), plan);
    }
    for (const id of ids) {
      const { body } = await alice(`GET /chats/${encodeURIComponent(id)}/`);
      expect(body).toMatchObject({ id, name: id });
    }
  });

  test('includes the names of members who have connected', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    await (await enter(stack, 'bob', `room=${room}`)).close();
    const { body } = await alice(`GET /chats/${room}/`);
    expect(body['members']).toContainEqual(expect.objectContaining({ user_id: 2, username: 'bob' }));
  });
});

describe('the room list', () => {
  test('is ordered by last activity, with last message and unread count', async () => {
    const [quiet, busy] = [await newRoom(stack, 'carol'), await newRoom(stack, 'carol', 'bob')];
    await carol(`POST /chats/${quiet}/send_message/`, { content: 'echo?' });
    await carol(`POST /chats/${busy}/send_message/`, { content: 'one' });
    await bob(`POST /chats/${busy}/send_message/`, { content: 'two' });
    const [first, second] = await chatsOf(carol);
    expect(first).toMatchObject({ id: busy, unread: 1, unread_capped: false, kind: 'group' });
    expect(first?.['last_message']).toMatchObject({ content: 'two', sender: { username: 'bob' } });
    expect(first?.['last_at']).toMatch(/^\d{4}-.*Z$/);
    expect(second).toMatchObject({ id: quiet, unread: 0, last_message: { content: 'echo?' } });
    expect((await chatsOf(bob))[0]).toMatchObject({ id: busy, unread: 1 });
  });

  test('has no last message for an empty room', async () => {
    const room = await newRoom(stack, 'dave');
    const found = (await chatsOf(dave, '?limit=50')).find(({ id }) => id === room);
    expect(found).toMatchObject({ unread: 0, last_message: null, last_at: null });
  });

  test('counts up to 99 unread messages and says when there are more', async () => {
    const room = await newRoom(stack, 'bob', 'carol');
    const say = (index: number) => bob(`POST /chats/${room}/send_message/`, { content: `${index}` });
    await Promise.all(Array.from({ length: 99 }, (_, index) => say(index)));
    expect((await chatsOf(carol))[0]).toMatchObject({ id: room, unread: 99, unread_capped: false });
    await say(100);
    expect((await chatsOf(carol))[0]).toMatchObject({ id: room, unread: 99, unread_capped: true });
    expect((await chatsOf(bob))[0]).toMatchObject({ id: room, unread: 0, unread_capped: false });
  });

  test('returns each room once across all pages', async () => {
    const made = await Promise.all(Array.from({ length: 7 }, () => newRoom(stack, 'erin')));
    // A token of a user who is not a demo user.
    const Authorization = `Bearer ${await stack.token('dave', { claims: { sub: 'erin' } })}`;
    const seen: unknown[] = [];
    let cursor: unknown = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '?limit=3' : `?limit=3&cursor=${String(cursor)}`;
      const { body } = await ask(stack, `GET /chats/${query}`, { headers: { Authorization } });
      seen.push(...(body['chats'] as Json[]).map(({ id }) => id));
      cursor = body['next_cursor'];
    }
    expect(seen.toSorted()).toEqual(made.toSorted());
  });

  test.each(['?limit=0', '?limit=51', '?limit=x', '?cursor=x', '?cursor=%25', '?cursor=bnVsbA'])(
    'rejects %s',
    async (query) => {
      expect(await alice(`GET /chats/${query}`)).toMatchObject({
        status: 400,
        body: { error: 'BAD_REQUEST' },
      });
    },
  );
});

describe('changes of a room', () => {
  test('reach the sockets that asked for them, live and by sync', async () => {
    const room = await newRoom(stack, 'alice', 'bob', 'carol');
    const asking = await enter(stack, 'bob', `room=${room}&changes=all`);
    const earlier = await enter(stack, 'carol', `room=${room}`);
    await alice(`PATCH /chats/${room}/`, { name: 'Brunch', slow_mode: 60 });
    await alice(`POST /chats/${room}/members/`, { user_id: 4 });
    const updated = { type: 'room_updated', room: { name: 'Brunch', slow_mode: 60 }, by: 1, seq: 1 };
    const added = { type: 'member_added', user_id: 4, role: 'member', by: 1, seq: 2 };
    expect(await asking.take('room_updated')).toEqual(updated);
    expect(await asking.take('member_added')).toEqual(added);
    asking.send({ action: 'send', message: 'first' });
    expect(await earlier.take('chat_message')).toMatchObject({ seq: 3 });
    asking.send({ action: 'send', message: 'too soon' });
    expect(await asking.take('error')).toMatchObject({
      code: 'SLOW_MODE',
      retry_after_ms: expect.any(Number),
    });
    for (const socket of [asking, earlier]) socket.send({ action: 'sync', since: 0 });
    const message = { type: 'chat_message', seq: 3 };
    expect(await asking.take('sync')).toMatchObject({ events: [updated, added, message], seq: 3 });
    expect(await earlier.take('sync')).toMatchObject({ events: [message], seq: 3 });
    await Promise.all([asking.close(), earlier.close()]);
  });

  test('end with its deletion, which closes its sockets', async () => {
    const room = await newRoom(stack, 'alice', 'bob', 'carol');
    const [inRoom, inbox] = await Promise.all([
      enter(stack, 'bob', `room=${room}&changes=all`),
      enterInbox(stack, 'carol', '?changes=all'),
    ]);
    expect((await alice(`DELETE /chats/${room}/`)).status).toBe(204);
    expect(await inRoom.take('room_deleted')).toEqual({ type: 'room_deleted' });
    expect(await inbox.take('left')).toEqual({ type: 'left', room_id: room });
    await inRoom.closed;
    inbox.send({ action: 'history', room_id: room });
    expect(await inbox.take('error')).toMatchObject({ code: 'NOT_A_MEMBER' });
    expect((await alice(`DELETE /chats/${room}/`)).status).toBe(204);
    await inbox.close();
  });
});
