import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { putConnection } from '../../functions/store/connections.ts';
import { enter, type Frame, heard, join, said } from '../support/chat.ts';
import { type Asking, askingAs } from '../support/http.ts';
import { databaseOf, newRoom, openRoom, userConnections } from '../support/rooms.ts';
import { bob as bobUser, connectionOf } from '../support/sample.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';
import { connect } from '../support/ws-client.ts';

let stack: TestStack;
let alice: Asking;

beforeAll(async () => {
  stack = await sharedTestStack();
  alice = await askingAs(stack, 'alice');
});

afterAll(() => stack.stop());

/** Waits until the functions have finished. */
const patiently = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 10_000 });

const roomOf = (frame: Frame | undefined) => frame?.['room_id'];

describe('a socket that joined other rooms', () => {
  test('receives each event once, with room_id unless it is the socket’s own room', async () => {
    const rooms = await Promise.all([1, 2, 3].map(() => newRoom(stack, 'alice', 'bob')));
    const [home = '', second = '', third = ''] = rooms;
    const bob = await enter(stack, 'bob', `room=${home}`);
    expect(await join(bob, second)).toEqual({ type: 'joined', room_id: second, seq: 0 });
    await join(bob, third);
    const others = await Promise.all(rooms.map((room) => enter(stack, 'alice', `room=${room}`)));
    for (const [index, other] of others.entries()) {
      const { message_id } = await other.say(`hello ${index}`);
      other.send({ action: 'react', message_id, emoji: '👍' });
      other.send({ action: 'edit', message_id, text: `hello again ${index}` });
      other.send({ action: 'typing', typing: true });
      await Promise.all(['message_reacted', 'message_edited', 'typing'].map((type) => other.take(type)));
      await other.take('mark_message_as_read');
      other.send({ action: 'delete', message_id });
      await other.take('message_deleted');
      await other.close();
    }
    const about = [undefined, second, third];
    for (const type of [
      'chat_message',
      'message_reacted',
      'message_edited',
      'typing',
      'mark_message_as_delivered',
      'mark_message_as_read',
      'message_deleted',
    ]) {
      await patiently(() => expect(heard(bob, type).map(roomOf)).toEqual(about));
    }
    await patiently(() => {
      const gone = heard(bob, 'presence').filter(({ status }) => status === 'offline');
      expect(gone.map(roomOf).toSorted()).toEqual(about.toSorted());
    });
    await bob.close();
  });

  test('can send to joined rooms and to its own room', async () => {
    const [home, other] = [await newRoom(stack, 'bob'), await newRoom(stack, 'alice', 'bob')];
    const bob = await enter(stack, 'bob', `room=${home}`);
    const alice = await enter(stack, 'alice', `room=${other}`);
    await join(bob, other);
    await bob.say('over here', { room_id: other });
    expect(heard(bob, 'chat_message').map(roomOf)).toEqual([other]);
    await alice.next(said('over here'));
    expect(heard(alice, 'chat_message').map(roomOf)).toEqual([undefined]);
    await Promise.all([alice.close(), bob.close()]);
  });

  test('is online in joined rooms until it leaves or closes', async () => {
    const [home, other, third] = await Promise.all([
      newRoom(stack, 'bob'),
      newRoom(stack, 'alice', 'bob'),
      newRoom(stack, 'alice', 'bob'),
    ]);
    const here = await enter(stack, 'alice', `room=${other}`);
    const there = await enter(stack, 'alice', `room=${third}`);
    const bob = await enter(stack, 'bob', `room=${home}`);
    await Promise.all([join(bob, other), join(bob, third)]);
    expect(await here.take('presence')).toMatchObject({ user_id: 2, status: 'online' });
    bob.send({ action: 'leave', room_id: other });
    await bob.take('left');
    expect(await here.take('presence')).toMatchObject({ user_id: 2, status: 'offline' });
    expect(await there.take('presence')).toMatchObject({ user_id: 2, status: 'online' });
    await bob.close();
    expect(await there.take('presence')).toMatchObject({ user_id: 2, status: 'offline' });
    for (const room of [home, third]) {
      await patiently(async () =>
        expect((await userConnections(stack, room)).filter(({ user }) => user.id === '2')).toEqual([]),
      );
    }
    await Promise.all([here.close(), there.close()]);
  });

  test('is not announced in a room where its user is online already', async () => {
    const [home, other] = [await newRoom(stack, 'bob'), await newRoom(stack, 'alice', 'bob')];
    const alice = await enter(stack, 'alice', `room=${other}`);
    const older = await enter(stack, 'bob', `room=${home}`);
    const younger = await enter(stack, 'bob', `room=${other}`);
    await alice.take('presence');
    await join(older, other);
    await younger.close();
    await patiently(async () => expect(await userConnections(stack, other)).toHaveLength(2));
    await stack.settled();
    expect(heard(alice, 'presence')).toHaveLength(1);
    await older.close();
    expect(await alice.take('presence')).toMatchObject({ status: 'offline' });
    await alice.close();
  });

  test('gets the same answer for joining twice, and receives nothing twice', async () => {
    const [home, other] = [await newRoom(stack, 'bob'), await newRoom(stack, 'alice', 'bob')];
    const alice = await enter(stack, 'alice', `room=${other}`);
    const bob = await enter(stack, 'bob', `room=${home}`);
    await join(bob, other);
    const [row] = (await userConnections(stack, other)).filter(({ via }) => via === 'joined');
    await alice.say('one');
    expect(await join(bob, other)).toEqual({ type: 'joined', room_id: other, seq: 1 });
    expect(await userConnections(stack, other)).toContainEqual(row);
    await alice.say('two');
    await bob.next(said('two'));
    expect(heard(bob, 'chat_message')).toHaveLength(2);
    expect(heard(alice, 'presence')).toHaveLength(1);
    await Promise.all([alice.close(), bob.close()]);
  });

  test('joining its own room changes nothing', async () => {
    const home = await newRoom(stack, 'bob');
    const bob = await enter(stack, 'bob', `room=${home}`);
    const before = await userConnections(stack, home);
    expect(await join(bob, home)).toEqual({ type: 'joined', room_id: home, seq: 0 });
    expect(await userConnections(stack, home)).toEqual(before);
    await bob.say('mine');
    expect(heard(bob, 'chat_message').map(roomOf)).toEqual([undefined]);
    await bob.close();
  });

  test('is removed from all rooms by the first post that fails after the socket ended', async () => {
    const [home, other] = [await newRoom(stack, 'bob'), await newRoom(stack, 'alice', 'bob')];
    const alice = await enter(stack, 'alice', `room=${other}`);
    const now = Date.now();
    const times = { connectedAt: now - 1_000, joinedAt: now, tokenExpiresAt: now + 3_600_000 };
    const socket = connectionOf(bobUser, { id: 'EAAAAAAAAAAAAAA=', room: other, ...times });
    await putConnection(databaseOf(stack), { ...socket, via: 'joined' });
    await putConnection(databaseOf(stack), { ...socket, room: home });
    await alice.say('anybody?');
    expect(await alice.take('presence')).toMatchObject({ user_id: 2, status: 'offline' });
    expect(await userConnections(stack, other)).toHaveLength(1);
    await alice.close();
  });
});

describe('leaving a room', () => {
  test('stops its events and keeps those of the socket’s own room', async () => {
    const [home, other] = [await newRoom(stack, 'alice', 'bob'), await newRoom(stack, 'alice', 'bob')];
    const bob = await enter(stack, 'bob', `room=${home}`);
    await join(bob, other);
    bob.send({ action: 'leave', room_id: other });
    expect(await bob.take('left')).toEqual({ type: 'left', room_id: other });
    await alice(`POST /chats/${other}/send_message/`, { content: 'not for bob', broadcast: true });
    await alice(`POST /chats/${home}/send_message/`, { content: 'for bob', broadcast: true });
    await bob.next(said('for bob'));
    expect(heard(bob, 'chat_message')).toHaveLength(1);
    expect((await userConnections(stack, other)).length).toBe(0);
    await bob.close();
  });

  test('gets the same answer for a room that was not joined or does not exist', async () => {
    const [home, other] = [await newRoom(stack, 'bob'), await newRoom(stack, 'alice')];
    const bob = await enter(stack, 'bob', `room=${home}`);
    for (const room of [other, 'no-such-room']) {
      bob.send({ action: 'leave', room_id: room });
      expect(await bob.take('left')).toEqual({ type: 'left', room_id: room });
    }
    await bob.close();
  });

  test('is refused for the room that the socket is connected to', async () => {
    const home = await newRoom(stack, 'bob');
    const bob = await enter(stack, 'bob', `room=${home}`);
    bob.send({ action: 'leave', room_id: home });
    expect(await bob.take('error')).toMatchObject({
      code: 'OWN_ROOM',
      message: expect.stringContaining('Close the socket'),
    });
    await bob.say('still here');
    await bob.close();
  });
});

describe('joining a room', () => {
  test('is allowed for members only, and a stranger gets the same answer as for a room that does not exist', async () => {
    const [home, other] = [await newRoom(stack, 'bob'), await newRoom(stack, 'alice')];
    const bob = await enter(stack, 'bob', `room=${home}`);
    const answers: Frame[] = [];
    for (const room of [other, 'no-such-room', '#2', '#1']) {
      bob.send({ action: 'join', room_id: room });
      const { room_id, ...answer } = await bob.take('error', (frame) => frame['room_id'] === room);
      answers.push(answer as Frame);
    }
    expect(answers[0]).toMatchObject({ code: 'NOT_A_MEMBER' });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await userConnections(stack, other)).toEqual([]);
    await bob.close();
  });

  test('is allowed for everybody in an open room, guests included', async () => {
    const [open, other] = [await openRoom(stack), await openRoom(stack)];
    const dave = await enter(stack, 'dave', `room=${open}`);
    await join(dave, other);
    const guest = await connect(`${stack.socketUrl}?room=${open}&dialect=action`);
    await guest.next(Array.isArray);
    guest.send({ action: 'join', room_id: other });
    expect(await guest.next((frame) => (frame as Frame).type === 'joined')).toMatchObject({
      room_id: other,
    });
    await alice(`POST /chats/${other}/send_message/`, { content: 'welcome', broadcast: true });
    await Promise.all([dave.next(said('welcome')), guest.next(said('welcome'))]);
    await Promise.all([dave.close(), guest.close()]);
  });

  test('is allowed for a muted member, who receives but cannot send', async () => {
    const [home, other] = [await newRoom(stack, 'bob'), await newRoom(stack, 'alice', 'bob')];
    await alice(`PATCH /chats/${other}/members/2/`, { muted_seconds: 60 });
    const bob = await enter(stack, 'bob', `room=${home}`);
    await join(bob, other);
    await alice(`POST /chats/${other}/send_message/`, { content: 'listen', broadcast: true });
    await bob.next(said('listen'));
    bob.send({ action: 'send', message: 'but', room_id: other });
    expect(await bob.take('error')).toMatchObject({ code: 'MUTED', room_id: other });
    await bob.close();
  });

  test('is refused in dialects that have no such action', async () => {
    const home = await newRoom(stack, 'bob');
    const headers = { Authorization: `Bearer ${await stack.token('bob')}` };
    for (const dialect of ['content', 'type', 'operation']) {
      const bob = await connect(`${stack.socketUrl}?room=${home}&dialect=${dialect}`, { headers });
      bob.send({ action: 'join', room_id: 1 });
      await bob.next((frame) => /error/i.test(JSON.stringify(frame)));
      await bob.close();
    }
    expect((await userConnections(stack, '1')).filter(({ user }) => user.id === '2')).toEqual([]);
  });
});

describe('a member who is removed from a joined room', () => {
  test('receives `left`, no further events of it, and keeps the socket', async () => {
    const [home, other] = [await newRoom(stack, 'bob', 'alice'), await newRoom(stack, 'alice', 'bob')];
    const here = await enter(stack, 'alice', `room=${other}`);
    const bob = await enter(stack, 'bob', `room=${home}`);
    await join(bob, other);
    expect((await alice(`DELETE /chats/${other}/members/2/`)).status).toBe(204);
    expect(await bob.take('left')).toEqual({ type: 'left', room_id: other });
    expect(await here.take('presence', ({ status }) => status === 'offline')).toMatchObject({ user_id: 2 });
    await here.say('now we are alone');
    bob.send({ action: 'join', room_id: other });
    expect(await bob.take('error')).toMatchObject({ code: 'NOT_A_MEMBER' });
    await bob.say('still at home');
    expect(JSON.stringify(bob.frames())).not.toContain('alone');
    await Promise.all([here.close(), bob.close()]);
  });

  test('loses only the socket that is connected to that room', async () => {
    const [home, other] = [await newRoom(stack, 'bob'), await newRoom(stack, 'alice', 'bob')];
    const desk = await enter(stack, 'bob', `room=${other}`);
    const phone = await enter(stack, 'bob', `room=${home}`);
    await join(phone, other);
    await alice(`DELETE /chats/${other}/members/2/`);
    expect(await desk.closed).toMatchObject({ code: 1000 });
    await phone.take('left');
    await phone.say('still here');
    expect(await userConnections(stack, other)).toEqual([]);
    await phone.close();
  });
});

test('a joined room sends nothing after the token has expired', async () => {
  const [home, other] = [await newRoom(stack, 'bob'), await newRoom(stack, 'alice', 'bob')];
  const bob = await enter(stack, 'bob', `room=${home}`);
  await join(bob, other);
  const [[own], [joined]] = [await userConnections(stack, home), await userConnections(stack, other)];
  if (!own || !joined) throw new Error('The rows are not there');
  expect(joined.tokenExpiresAt).toBe(own.tokenExpiresAt);
  for (const row of [own, joined]) {
    await putConnection(databaseOf(stack), { ...row, tokenExpiresAt: Date.now() - 60_000 });
  }
  await alice(`POST /chats/${other}/send_message/`, { content: 'too late for bob', broadcast: true });
  expect(await bob.closed).toMatchObject({ code: 1000 });
  expect(JSON.stringify(bob.frames())).not.toContain('too late');
});
