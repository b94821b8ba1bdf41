import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Chatter, enter, enterInbox, heard, join } from '../support/chat.ts';
import { newRoom, userConnections } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await sharedTestStack();
});

afterAll(() => stack.stop());

/** Waits until all frames in flight have reached the socket. */
async function caughtUp(chatter: Chatter, room: string): Promise<void> {
  await stack.settled();
  chatter.send({ action: 'ping', room_id: room });
  await chatter.take('pong');
}

const receiptsOf = (chatter: Chatter) => [
  ...heard(chatter, 'receipt'),
  ...heard(chatter, 'mark_message_as_delivered'),
  ...heard(chatter, 'mark_message_as_read'),
];

test('with receipts=author, one frame tells the author how far their messages have come, and others get none', async () => {
  const room = await newRoom(stack, 'alice', 'bob', 'carol');
  const query = '?reads=manual&receipts=author';
  const [alice, bob, carol] = await Promise.all([
    enterInbox(stack, 'alice', query),
    enterInbox(stack, 'bob', query),
    enterInbox(stack, 'carol', query),
  ]);
  for (const chatter of [alice, bob, carol]) await join(chatter, room);
  for (const text of ['one', 'two', 'three']) {
    await alice.say(text, { room_id: room });
    await alice.take('receipt', ({ status }) => status === 'delivered');
  }
  bob.send({ action: 'seen', message_id: 3, room_id: room });
  await bob.take('message_seen');
  await alice.take('message_seen', ({ user_id }) => user_id === 2);
  const read = await alice.take('receipt', ({ status }) => status === 'read');
  expect(read).toEqual({ type: 'receipt', message_id: 3, status: 'read', room_id: room });
  carol.send({ action: 'seen', message_id: 3, room_id: room });
  await alice.take('message_seen', ({ user_id }) => user_id === 3);
  for (const chatter of [alice, bob, carol]) await caughtUp(chatter, room);
  // One for each sent message, and one for all that bob read.
  expect(receiptsOf(alice)).toHaveLength(4);
  for (const other of [bob, carol]) expect(receiptsOf(other)).toEqual([]);
  expect(heard(bob, 'message_seen')).toHaveLength(1);
  expect(heard(carol, 'message_seen')).toHaveLength(1);
  expect(await userConnections(stack, room)).toHaveLength(3);
  await Promise.all([alice, bob, carol].map((chatter) => chatter.close()));
});

test('receipts=author changes nothing for the contract clients of a room, and in dialects without the frame', async () => {
  const room = await newRoom(stack, 'alice', 'bob', 'carol');
  const alice = await enter(stack, 'alice', `room=${room}&receipts=author`);
  const bob = await enter(stack, 'bob', `room=${room}`);
  await alice.say('hello');
  await bob.take('mark_message_as_delivered');
  await bob.take('mark_message_as_read');
  expect(await alice.take('receipt')).toEqual({ type: 'receipt', message_id: 1, status: 'read' });
  await bob.say('hi');
  await bob.take('mark_message_as_read', ({ message }) => message?.['text'] === 'hi');
  await caughtUp(alice, room);
  expect(receiptsOf(alice)).toHaveLength(1);
  await Promise.all([alice, bob].map((chatter) => chatter.close()));
});
