import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { enter } from '../support/chat.ts';
import { type Asking, ask, askingAs } from '../support/http.ts';
import { newRoom, userConnections } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';
import { connect } from '../support/ws-client.ts';

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

/** Returns the members of a room as `user:role`. */
const present = async (room: string) =>
  ((await alice(`GET /chats/${room}/`)).body['members'] as { user_id: number; role: string }[]).map(
    ({ user_id, role }) => `${user_id}:${role}`,
  );

/** Creates a room that Alice owns and Bob moderates, with Carol as a member. */
async function staffedRoom(): Promise<string> {
  const room = await newRoom(stack, 'alice', 'bob', 'carol');
  await alice(`PATCH /chats/${room}/members/2/`, { role: 'moderator' });
  return room;
}

describe('adding a member', () => {
  test('gives them access', async () => {
    const room = await staffedRoom();
    const added = await bob(`POST /chats/${room}/members/`, { user_id: 4 });
    expect(added).toMatchObject({ status: 201, body: { user_id: 4, role: 'member', muted_until: null } });
    expect((await dave(`GET /chats/${room}/messages/`)).status).toBe(200);
  });

  test('changes nothing for an existing member', async () => {
    const room = await staffedRoom();
    const again = await alice(`POST /chats/${room}/members/`, { user_id: '2', role: 'owner' });
    expect(again).toMatchObject({ status: 200, body: { user_id: 2, role: 'moderator' } });
  });

  test('is allowed for owners and moderators, but only owners can add a member with a role', async () => {
    const room = await staffedRoom();
    const before = await present(room);
    const add = { user_id: 4 };
    const path = `POST /chats/${room}/members/`;
    expect(await carol(path, add)).toMatchObject({ status: 403, body: { error: 'NOT_A_MODERATOR' } });
    expect(await dave(path, add)).toMatchObject({ status: 403, body: { error: 'NOT_A_MEMBER' } });
    expect(await bob(path, { ...add, role: 'moderator' })).toMatchObject({
      status: 403,
      body: { error: 'NOT_AN_OWNER' },
    });
    expect((await ask(stack, path, { body: add })).status).toBe(401);
    for (const body of [{}, { user_id: null }, { user_id: '' }, { user_id: 4, role: 'king' }]) {
      expect((await alice(path, body)).status).toBe(400);
    }
    expect(await present(room)).toEqual(before);
  });

  test('is refused for a direct room', async () => {
    const added = await alice('POST /chats/direct:1:2/members/', { user_id: 3 });
    expect(added).toMatchObject({ status: 409, body: { error: 'FIXED_MEMBERS' } });
    expect((await carol('GET /chats/direct:1:2/')).status).toBe(403);
  });
});

describe('muting a member', () => {
  test('refuses their changes by socket and REST until the mute is lifted', async () => {
    const room = await staffedRoom();
    const socket = await enter(stack, 'carol', `room=${room}`);
    const muted = await bob(`PATCH /chats/${room}/members/3/`, { muted_seconds: 60 });
    expect(muted).toMatchObject({ status: 200, body: { user_id: 3, muted_until: expect.any(String) } });
    socket.send({ message: 'hmpf' });
    expect(await socket.take('error')).toMatchObject({ code: 'MUTED' });
    const said = await carol(`POST /chats/${room}/send_message/`, { content: 'hmpf' });
    expect(said).toMatchObject({ status: 403, body: { error: 'MUTED' } });
    const freed = await bob(`PATCH /chats/${room}/members/3/`, { muted_until: null });
    expect(freed.body).toMatchObject({ muted_until: null });
    await socket.say('at last');
    const { body } = await alice(`GET /chats/${room}/messages/`);
    expect(body['messages']).toMatchObject([{ content: 'at last' }]);
    await socket.close();
  });

  test.each([
    ['leaves', (room: string) => carol(`DELETE /chats/${room}/members/3/`)],
    ['is removed', (room: string) => bob(`DELETE /chats/${room}/members/3/`)],
  ])('lasts when the member %s and is added again', async (_how, end) => {
    const room = await staffedRoom();
    await bob(`PATCH /chats/${room}/members/3/`, { muted_seconds: 60 });
    expect((await end(room)).status).toBe(204);
    const added = await bob(`POST /chats/${room}/members/`, { user_id: 3 });
    expect(added).toMatchObject({ status: 201, body: { muted_until: expect.any(String) } });
    const { body } = await bob(`GET /chats/${room}/`);
    expect(body['members']).toContainEqual(
      expect.objectContaining({ user_id: 3, muted_until: added.body['muted_until'] }),
    );
    const socket = await enter(stack, 'carol', `room=${room}`);
    socket.send({ message: 'hmpf' });
    expect(await socket.take('error')).toMatchObject({ code: 'MUTED' });
    await bob(`PATCH /chats/${room}/members/3/`, { muted_until: null });
    await socket.say('at last');
    await socket.close();
  });

  test('ends after a year, even if a later time is given', async () => {
    const room = await staffedRoom();
    const body = { muted_until: '9999-12-31T00:00:00.000Z' };
    const { body: changed } = await alice(`PATCH /chats/${room}/members/3/`, body);
    const days = (Date.parse(String(changed['muted_until'])) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(366);
  });

  test('until a time in the past has no effect', async () => {
    const room = await staffedRoom();
    const body = { muted_until: '2020-01-01T00:00:00.000Z' };
    expect((await alice(`PATCH /chats/${room}/members/3/`, body)).body).toMatchObject({ muted_until: null });
    expect((await carol(`POST /chats/${room}/send_message/`, { content: 'hi' })).status).toBe(201);
  });

  test.each([
    ['a member', () => carol, '2', 'NOT_A_MODERATOR'],
    ['a member, for themselves', () => carol, '3', 'NOT_A_MODERATOR'],
    ['a moderator, for an owner', () => bob, '1', 'NOT_AN_OWNER'],
    ['a moderator, for themselves', () => bob, '2', 'NOT_AN_OWNER'],
    ['a stranger', () => dave, '3', 'NOT_A_MEMBER'],
  ])('by %s is refused', async (_who, by, user, error) => {
    const room = await staffedRoom();
    const answer = await by()(`PATCH /chats/${room}/members/${user}/`, { muted_seconds: 5 });
    expect(answer).toMatchObject({ status: 403, body: { error } });
  });

  test.each([
    {},
    { muted_seconds: -1 },
    { muted_seconds: '5' },
    { muted_seconds: 5, muted_until: null },
    { muted_until: 'tomorrow' },
    { role: 'king' },
  ])('with %j is malformed', async (body) => {
    expect(await alice('PATCH /chats/1/members/2/', body)).toMatchObject({
      status: 400,
      body: { error: 'BAD_REQUEST' },
    });
  });
});

test('only owners give roles, and the last owner cannot step down', async () => {
  const room = await staffedRoom();
  expect(await bob(`PATCH /chats/${room}/members/3/`, { role: 'moderator' })).toMatchObject({
    status: 403,
    body: { error: 'NOT_AN_OWNER' },
  });
  const last = { status: 409, body: { error: 'LAST_OWNER' } };
  expect(await alice(`PATCH /chats/${room}/members/1/`, { role: 'member' })).toMatchObject(last);
  expect(await alice(`DELETE /chats/${room}/members/1/`)).toMatchObject(last);
  await alice(`PATCH /chats/${room}/members/3/`, { role: 'owner' });
  expect((await alice(`DELETE /chats/${room}/members/1/`)).status).toBe(204);
  expect((await alice(`GET /chats/${room}/`)).status).toBe(403);
});

describe('removing a member', () => {
  test('closes their sockets in that room at once and announces that they are offline', async () => {
    const [room, other] = [await staffedRoom(), await newRoom(stack, 'alice', 'carol')];
    const here = await enter(stack, 'alice', `room=${room}`);
    const [first, second] = [
      await enter(stack, 'carol', `room=${room}`),
      await enter(stack, 'carol', `room=${room}`),
    ];
    const elsewhere = await enter(stack, 'carol', `room=${other}`);
    expect((await bob(`DELETE /chats/${room}/members/3/`)).status).toBe(204);
    expect(await first.closed).toMatchObject({ code: 1000 });
    expect(await second.closed).toMatchObject({ code: 1000 });
    expect(await here.take('presence', (frame) => frame['status'] === 'offline')).toMatchObject({
      user_id: 3,
    });
    expect((await userConnections(stack, room)).map(({ user }) => user.username)).toEqual(['alice']);
    await elsewhere.say('still in this one');
    await expect(enter(stack, 'carol', `room=${room}`)).rejects.toMatchObject({ status: 403 });
    expect((await carol(`GET /chats/${room}/messages/`)).status).toBe(403);
    await Promise.all([here.close(), elsewhere.close()]);
  });

  test('refuses frames that they send to it on another room’s socket', async () => {
    const [room, other] = [await staffedRoom(), await newRoom(stack, 'carol')];
    const token = await stack.token('carol');
    const headers = { Authorization: `Bearer ${token}` };
    const socket = await connect(`${stack.socketUrl}?room=${other}`, { headers });
    await alice(`DELETE /chats/${room}/members/3/`);
    socket.send({ message: 'still here?', room_id: room });
    await vi.waitFor(() =>
      expect(socket.frames()).toContainEqual(expect.objectContaining({ code: 'NOT_A_MEMBER' })),
    );
    expect((await alice(`GET /chats/${room}/messages/`)).body['messages']).toEqual([]);
    await socket.close();
  });

  test('is allowed for the member, and for owners and moderators', async () => {
    const room = await staffedRoom();
    const of = (user: number) => `DELETE /chats/${room}/members/${user}/`;
    expect(await carol(of(2))).toMatchObject({ status: 403, body: { error: 'NOT_A_MODERATOR' } });
    expect(await bob(of(1))).toMatchObject({ status: 403, body: { error: 'NOT_AN_OWNER' } });
    expect(await dave(of(3))).toMatchObject({ status: 403, body: { error: 'NOT_A_MEMBER' } });
    expect(await alice(of(4))).toMatchObject({ status: 404, body: { error: 'NO_SUCH_MEMBER' } });
    expect((await ask(stack, of(3))).status).toBe(401);
    expect(await present(room)).toEqual(['1:owner', '2:moderator', '3:member']);
    expect((await carol(of(3))).status).toBe(204);
    expect(await present(room)).toEqual(['1:owner', '2:moderator']);
  });

  test('is refused for a direct room', async () => {
    const answer = await alice('DELETE /chats/direct:1:2/members/2/');
    expect(answer).toMatchObject({ status: 409, body: { error: 'FIXED_MEMBERS' } });
  });
});
