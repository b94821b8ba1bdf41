import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { putConnection } from '../../functions/store/connections.ts';
import type { AwsCall } from '../../local/trace.ts';
import { enter, type Frame, said, typed } from '../support/chat.ts';
import { databaseOf, newRoom, userConnections } from '../support/rooms.ts';
import { alice as aliceUser, bob as bobUser, connectionOf } from '../support/sample.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let calls: AwsCall[] = [];

beforeAll(async () => {
  stack = await sharedTestStack((call) => calls.push(call));
});

afterAll(() => stack.stop());

const aMinuteAgo = () => ({ connectedAt: Date.now() - 60_000, tokenExpiresAt: Date.now() + 3_600_000 });

test('the first post that gets 410 removes the connection and announces its user as offline', async () => {
  const room = await newRoom(stack, 'alice', 'bob');
  const alice = await enter(stack, 'alice', `room=${room}`);
  await putConnection(
    databaseOf(stack),
    connectionOf(bobUser, { id: 'AAAAAAAAAAAAAAA=', room, ...aMinuteAgo() }),
  );
  expect(await userConnections(stack, room)).toHaveLength(2);
  await alice.say('anybody there?');
  await vi.waitFor(async () => expect(await userConnections(stack, room)).toHaveLength(1), {
    timeout: 10_000,
  });
  expect(await alice.take('presence')).toMatchObject({ user_id: 2, status: 'offline' });
  alice.send({ action: 'history' });
  expect(await alice.take('history')).toMatchObject({ messages: [{ status: 'send' }] });
  await alice.close();
});

test('a connection that is still opening keeps its row despite 410', async () => {
  const room = await newRoom(stack, 'alice', 'bob');
  const alice = await enter(stack, 'alice', `room=${room}`);
  const young = connectionOf(bobUser, {
    id: 'CAAAAAAAAAAAAAA=',
    room,
    ...aMinuteAgo(),
    connectedAt: Date.now(),
  });
  await putConnection(databaseOf(stack), young);
  await alice.say('welcome');
  await stack.settled();
  expect(await userConnections(stack, room)).toHaveLength(2);
  await alice.close();
});

test('eight clients that join during a conversation with cold functions miss no message', async () => {
  const cold = await startTestStack();
  const room = await newRoom(cold, 'alice', 'bob');
  const alice = await enter(cold, 'alice', `room=${room}`);
  let count = 0;
  const talking = setInterval(() => alice.send({ message: `word ${count++}` }), 50);
  const joiners = await Promise.all(Array.from({ length: 8 }, () => enter(cold, 'bob', `room=${room}`)));
  clearInterval(talking);
  for (let word = 0; word < count; word++) await alice.next(said(`word ${word}`));
  await alice.say('the last word');
  const due = alice
    .frames()
    .filter(typed('chat_message'))
    .map((frame) => (frame as Frame)['message_id']);
  for (const joiner of joiners) {
    await joiner.next(said('the last word'));
    const shown = joiner.history.map((message) => message['message_id']);
    const heard = new Set([...shown, ...joiner.frames().map((frame) => (frame as Frame)['message_id'])]);
    // The history on connect is the last 50 messages at that moment.
    const from = shown.length < 50 ? 0 : Math.min(...shown.map(Number));
    expect(due.filter((id) => Number(id) >= from && !heard.has(id))).toEqual([]);
  }
  expect(await userConnections(cold, room)).toHaveLength(9);
  await Promise.all([alice, ...joiners].map((person) => person.close()));
  await cold.stop();
});

test('a stale row does not suppress presence changes of its user', async () => {
  const room = await newRoom(stack, 'alice', 'bob');
  const alice = await enter(stack, 'alice', `room=${room}`);
  await putConnection(
    databaseOf(stack),
    connectionOf(bobUser, { id: 'DAAAAAAAAAAAAAA=', room, ...aMinuteAgo() }),
  );
  const bob = await enter(stack, 'bob', `room=${room}`);
  expect(await alice.take('presence')).toMatchObject({ user_id: 2, status: 'online' });
  await bob.close();
  expect(await alice.take('presence')).toMatchObject({ user_id: 2, status: 'offline' });
  await alice.close();
});

test('a closed socket leaves no row behind', async () => {
  const room = await newRoom(stack, 'alice');
  const alice = await enter(stack, 'alice', `room=${room}`);
  expect(await userConnections(stack, room)).toHaveLength(1);
  await alice.close();
  await vi.waitFor(async () => expect(await userConnections(stack, room)).toEqual([]), { timeout: 10_000 });
});

test('a refused handshake leaves no row behind', async () => {
  const room = await newRoom(stack, 'alice');
  await expect(enter(stack, 'bob', `room=${room}`)).rejects.toMatchObject({ status: 403 });
  expect(await userConnections(stack, room)).toEqual([]);
});

test('an expired row is not posted to, even before DynamoDB removes it', async () => {
  const room = await newRoom(stack, 'alice');
  const alice = await enter(stack, 'alice', `room=${room}`);
  const old = connectionOf(aliceUser, { id: 'BAAAAAAAAAAAAAA=', room, ...aMinuteAgo(), connectedAt: 0 });
  await putConnection(databaseOf(stack), old);
  calls = [];
  await alice.say('hello');
  expect(
    calls.some(({ resource }) => resource.includes(encodeURIComponent(old.id)) || resource.includes(old.id)),
  ).toBe(false);
  await alice.close();
});

test.each([2, 20])(
  'a send in a room of %i sockets calls DynamoDB 4 times before its first post, two of them in parallel, and once after',
  async (count) => {
    const room = await newRoom(stack, 'alice', 'bob');
    const alice = await enter(stack, 'alice', `room=${room}`);
    const bobs = await Promise.all(
      Array.from({ length: count - 1 }, () => enter(stack, 'bob', `room=${room}`)),
    );
    await stack.settled();
    calls = [];
    await alice.say('count me');
    await Promise.all([alice, ...bobs].map((person) => person.take('mark_message_as_read')));
    const own = calls.filter(
      ({ phase, functionName }) => phase === 'request' && functionName?.startsWith('Send'),
    );
    const firstPost = own.findIndex(({ service }) => service === 'execute-api');
    const actions = own.map(({ action }) => action.replace('dynamodb:', ''));
    expect(actions.slice(0, firstPost)).toEqual(['GetItem', 'UpdateItem', 'PutItem', 'Query']);
    expect(actions.slice(firstPost).filter((action) => !action.startsWith('execute-api'))).toEqual([
      'UpdateItem',
    ]);
    expect(own.filter(({ service }) => service === 'execute-api')).toHaveLength(3 * count);
    await Promise.all([alice.close(), ...bobs.map((bob) => bob.close())]);
  },
);
