import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { ChatClient, type ChatClientOptions, type ChatStorage } from '../../client/index.ts';
import { FakeChat } from '../support/fake-chat.ts';

let chat: FakeChat;

beforeEach(() => {
  vi.useFakeTimers();
  chat = new FakeChat();
});

afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

function clientOf(options: Partial<ChatClientOptions> = {}): ChatClient {
  const client = new ChatClient({ ...chat.options(), ...options });
  onTestFinished(() => client.close());
  return client;
}

function storageOf() {
  const kept = new Map<string, string>();
  const storage: ChatStorage = {
    get: (key) => kept.get(key),
    set: (key, value) => kept.set(key, value),
    remove: (key) => kept.delete(key),
  };
  return { kept, storage };
}

const waiting = (client: ChatClient) =>
  client.pendingChanges.map(({ room, frame }) => `${room} ${frame.action}`);

test('pendingChanges lists the unanswered changes of all rooms', async () => {
  const message = chat.addMessage('one', { user: 1 });
  const client = clientOf();
  const room = client.room(1);
  await pass();
  const counts: number[] = [];
  client.on('pendingChanges', (pendingChanges) => counts.push(pendingChanges.length));
  chat.dropFrame = () => true;
  const changes = Promise.all([
    room.edit(message, 'uno'),
    client.room(2).send('two'),
    room.react(message, '👍'),
  ]);
  await pass();
  expect(waiting(client)).toEqual(['1 edit', '1 react', '2 send']);
  expect(client.pendingChanges[0]?.frame).toMatchObject({ message_id: message, text: 'uno' });
  chat.dropFrame = () => false;
  await pass(30_000);
  await changes;
  expect(client.pendingChanges).toEqual([]);
  expect(counts).toEqual([1, 2, 3, 2, 1, 0]);
});

test('pendingChanges includes restored changes while the client is offline', async () => {
  const { storage } = storageOf();
  const earlier = clientOf({ storage });
  await pass();
  chat.offline = true;
  chat.socket.disconnect();
  earlier
    .room(1)
    .edit(7, 'seven')
    .catch(() => {});
  await pass();
  earlier.close();
  const client = clientOf({ storage });
  await pass();
  expect(waiting(client)).toEqual(['1 edit']);
});

test('the client emits failed for a room that was left', async () => {
  const client = clientOf();
  const room = client.room(1);
  await pass();
  const failed: unknown[] = [];
  client.on('failed', ({ room_id, frame, error }) => failed.push([room_id, frame.action, error.code]));
  chat.answerWith = (ask) =>
    ask.action === 'send'
      ? { type: 'error', code: 'MUTED', message: 'No', client_id: ask.client_id, room_id: 1 }
      : undefined;
  room.send('one').catch(() => {});
  room.leave();
  await pass();
  expect(failed).toEqual([['1', 'send', 'MUTED']]);
});

test('throttledUntil is set while the server throttles a room', async () => {
  const client = clientOf();
  const room = client.room(1);
  await pass();
  let throttled = true;
  chat.answerWith = (ask) =>
    ask.action === 'send' && throttled
      ? {
          type: 'error',
          code: 'RATE_LIMITED',
          message: 'No',
          client_id: ask.client_id,
          retry_after_ms: 7_000,
        }
      : undefined;
  let calls = 0;
  room.subscribe(() => calls++);
  const sent = room.send('one');
  expect(room.throttledUntil).toBeUndefined();
  calls = 0;
  await pass();
  expect(room.throttledUntil).toBe(Date.now() + 7_000);
  expect(calls).toBeGreaterThan(0);
  throttled = false;
  await pass(7_000);
  await sent;
  expect(room.throttledUntil).toBeUndefined();
});

test('close with forget clears the storage, and nothing is sent later', async () => {
  const { storage, kept } = storageOf();
  const client = clientOf({ storage });
  await pass();
  chat.offline = true;
  chat.socket.disconnect();
  client
    .room(1)
    .send('a secret')
    .catch(() => {});
  await pass();
  expect([...kept.values()].join()).toContain('a secret');
  client.close({ forget: true });
  await pass();
  expect([...kept]).toEqual([]);
  chat.offline = false;
  clientOf({ storage });
  await pass(60_000);
  expect(chat.count('send')).toBe(0);
});
