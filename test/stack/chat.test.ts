import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Chatter, enter, said } from '../support/chat.ts';
import { newRoom, userConnections } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';
import { connect } from '../support/ws-client.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await sharedTestStack();
});

afterAll(() => stack.stop());

const leave = (...people: Chatter[]) => Promise.all(people.map((person) => person.close()));

/** `$disconnect` runs after the socket has closed. */
const rowsLeft = (room: string, count: number) =>
  vi.waitFor(async () => expect(await userConnections(stack, room)).toHaveLength(count), { timeout: 10_000 });

describe('three members of a room', () => {
  test('everyone, including the author, receives a message and then its receipts', async () => {
    const room = `room=${await newRoom(stack, 'alice', 'bob', 'carol')}`;
    const alice = await enter(stack, 'alice', room);
    const bob = await enter(stack, 'bob', room);
    const carol = await enter(stack, 'carol', room);
    alice.send({ action: 'send', message: 'Hello, how are you?' });
    for (const person of [alice, bob, carol]) {
      const sent = await person.take('chat_message');
      expect(sent).toMatchObject({
        message: {
          text: 'Hello, how are you?',
          sender_id: 1,
          sender_email: 'alice@example.com',
          status: 'send',
        },
        seq: sent.message?.['message_id'],
      });
      const delivered = await person.take('mark_message_as_delivered');
      expect(delivered.message).toMatchObject({
        ...sent.message,
        status: 'delivered',
        updated_at: expect.any(String),
      });
      const read = await person.take('mark_message_as_read');
      expect(read.message).toMatchObject({ text: 'Hello, how are you?', status: 'read' });
    }
    await leave(alice, bob, carol);
  });

  test('receive an edit and a delete, and the deleted message leaves the history', async () => {
    const room = `room=${await newRoom(stack, 'alice', 'bob', 'carol')}`;
    const alice = await enter(stack, 'alice', room);
    const bob = await enter(stack, 'bob', room);
    const { message_id } = await alice.say('tpyo');
    alice.send({ action: 'edit', message_id, text: 'typo' });
    for (const person of [alice, bob]) {
      const edited = await person.take('message_edited');
      expect(edited).toEqual({ type: 'message_edited', message_id, text: 'typo', seq: expect.any(Number) });
      expect(edited['seq']).toBeGreaterThan(Number(message_id));
    }
    const carol = await enter(stack, 'carol', room);
    expect(carol.history[0]).toMatchObject({ message_id, text: 'typo', edited: true });
    alice.send({ action: 'delete', message_id });
    for (const person of [alice, bob, carol]) {
      expect(await person.take('message_deleted')).toMatchObject({ message_id });
    }
    const again = await enter(stack, 'carol', room);
    expect(again.history.map((message) => message['message_id'])).not.toContain(message_id);
    await leave(alice, bob, carol, again);
  });

  test('receive each presence change once, and none for a second device', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    const alice = await enter(stack, 'alice', `room=${room}`);
    const desk = await enter(stack, 'bob', `room=${room}`);
    expect(await alice.take('presence')).toMatchObject({ user_id: 2, status: 'online' });
    const phone = await enter(stack, 'bob', `room=${room}`);
    await stack.settled();
    await desk.close();
    await rowsLeft(room, 2);
    await phone.close();
    expect(await alice.take('presence')).toMatchObject({ user_id: 2, status: 'offline' });
    expect(alice.frames().filter((frame) => JSON.stringify(frame).includes('"presence"'))).toHaveLength(2);
    await leave(alice);
  });
});

describe('a connection', () => {
  test('with the token in the subprotocols gets `Bearer` echoed, never the token (S1-connect)', async () => {
    const token = await stack.token('bob');
    const bob = await connect(`${stack.socketUrl}?room=1`, { protocols: ['Bearer', token] });
    expect(bob.protocol).toBe('Bearer');
    await bob.next(Array.isArray);
    await bob.close();
  });

  test('by a pair of users joins their direct room, with the spelling and the slash of contract S1', async () => {
    const alice = await enter(stack, 'alice', 'firts_user=1&second_user=2/');
    const bob = await enter(stack, 'bob', 'first_user=2&second_user=1');
    await alice.say('between us');
    await bob.next(said('between us'));
    await leave(alice, bob);
  });

  test('gets the last 50 messages on connect, newest first', async () => {
    const alice = await enter(stack, 'alice', 'room=2');
    for (let count = 1; count <= 55; count++) await alice.say(`number ${count}`);
    await alice.close();
    const back = await enter(stack, 'alice', 'room=2');
    expect(back.history.map((message) => message['text'])).toEqual(
      Array.from({ length: 50 }, (_, index) => `number ${55 - index}`),
    );
    back.send({ action: 'history', before: back.history.at(-1)?.['message_id'], limit: 3 });
    expect(await back.take('history')).toMatchObject({
      messages: [{ text: 'number 5' }, { text: 'number 4' }, { text: 'number 3' }],
      has_more: true,
    });
    await leave(back);
  });

  test('marks waiting messages as read, and their author gets receipts', async () => {
    const room = `room=${await newRoom(stack, 'alice', 'bob')}`;
    const alice = await enter(stack, 'alice', room);
    const { message_id } = await alice.say('are you there?');
    const bob = await enter(stack, 'bob', room);
    expect(bob.history[0]).toMatchObject({ message_id, status: 'send' });
    const mine = (frame: { message?: Record<string, unknown> }) =>
      frame.message?.['message_id'] === message_id;
    expect(await alice.take('mark_message_as_delivered', mine)).toMatchObject({
      message: { status: 'delivered' },
    });
    expect(await alice.take('mark_message_as_read', mine)).toMatchObject({ message: { status: 'read' } });
    await leave(alice, bob);
  });

  test('with reads=manual makes a received message delivered, not read', async () => {
    const room = `room=${await newRoom(stack, 'alice', 'bob')}`;
    const alice = await enter(stack, 'alice', room);
    const bob = await enter(stack, 'bob', `${room}&reads=manual`);
    await alice.say('look at this');
    await alice.take('mark_message_as_delivered');
    await stack.settled();
    alice.send({ action: 'history', limit: 1 });
    expect(await alice.take('history')).toMatchObject({
      messages: [{ text: 'look at this', status: 'delivered' }],
    });
    await leave(alice, bob);
  });
});
