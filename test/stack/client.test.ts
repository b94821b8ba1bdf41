import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ChatClient, type ChatClientOptions, type Room, type SocketClass } from '../../client/index.ts';
import { CLOCK_TOLERANCE_MS } from '../../functions/domain/connection.ts';
import { newRoom } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await sharedTestStack();
});

afterAll(() => stack.stop());

function clientOf(username: string, options: Partial<ChatClientOptions> = {}): ChatClient {
  const client = new ChatClient({ url: stack.stack.edgeUrl, token: () => stack.token(username), ...options });
  onTestFinished(() => client.close());
  return client;
}

async function enter(username: string, id: string, options: Partial<ChatClientOptions> = {}): Promise<Room> {
  const room = clientOf(username, options).room(id);
  await room.ready();
  return room;
}

/** Polls until an expectation holds, with time for a busy machine. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 });

const texts = (room: Room) => room.messages.map(({ text }) => text);

/** Returns a WebSocket class, and a function that closes its sockets. */
function breakable() {
  const open = new Set<WebSocket>();
  class Breakable extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      open.add(this);
    }
  }
  const cut = () => {
    for (const socket of open) socket.close();
    open.clear();
  };
  return { WebSocket: Breakable as unknown as SocketClass, cut };
}

test('two users send, edit, react, delete and see receipts', async () => {
  const id = await newRoom(stack, 'alice', 'bob');
  const [alice, bob] = await Promise.all([enter('alice', id), enter('bob', id)]);
  const { message_id } = await alice.send('Hello', {});
  await soon(() => texts(bob)).toEqual(['Hello']);
  await bob.seen();
  await soon(() => alice.messages[0]?.status).toBe('read');
  expect(alice.seenBy.get('2')).toBe(message_id);
  await alice.edit(message_id, 'Hello, Bob');
  await bob.react(message_id, '👍');
  await expect
    .poll(() => alice.messages)
    .toMatchObject([{ text: 'Hello, Bob', edited: true, reactions: { '👍': [2] } }]);
  expect(texts(bob)).toEqual(['Hello, Bob']);
  await bob.send('Hi', { reply_to: message_id });
  await soon(() => texts(alice)).toEqual(['Hello, Bob', 'Hi']);
  await alice.delete(message_id);
  await soon(() => texts(bob)).toEqual(['Hi']);
});

test('shows typing and presence', async () => {
  const id = await newRoom(stack, 'alice', 'bob');
  const alice = await enter('alice', id);
  const client = clientOf('bob');
  const bob = client.room(id);
  await bob.ready();
  await soon(() => alice.presence.get('2')?.status).toBe('online');
  await bob.typing();
  await soon(() => alice.typers).toEqual(['2']);
  await bob.send('done');
  await soon(() => alice.typers).toEqual([]);
  client.close();
  await soon(() => alice.presence.get('2')?.status).toBe('offline');
});

test('after a disconnect, no message is missing, repeated or out of order', async () => {
  const id = await newRoom(stack, 'alice', 'bob');
  const network = breakable();
  const [alice, bob] = await Promise.all([enter('alice', id), enter('bob', id, network)]);
  const { message_id } = await alice.send('first');
  await soon(() => texts(bob)).toEqual(['first']);
  network.cut();
  await soon(() => bob.state).not.toBe('live');
  const sent = ['from bob 1', 'from bob 2'].map((text) => bob.send(text));
  await alice.edit(message_id, 'first, edited');
  await alice.send('second');
  await Promise.all(sent);
  await bob.ready();
  await soon(() => bob.messages.length).toBe(4);
  await soon(() => texts(alice)).toEqual(texts(bob));
  expect(texts(bob)[0]).toBe('first, edited');
  expect(texts(bob).filter((text) => text.startsWith('from bob'))).toEqual(['from bob 1', 'from bob 2']);
});

test('lists, creates and opens rooms on one socket, and emits messages of rooms that are not open', async () => {
  const alice = clientOf('alice');
  const created = await alice.createRoom({ name: 'Lunch', members: [2] });
  const bob = await enter('bob', String(created.id));
  const { chats } = await alice.rooms({ limit: 50 });
  expect(chats.find(({ id }) => id === created.id)).toMatchObject({ name: 'Lunch', unread: 0 });
  const received = new Promise((resolve) => alice.on('chat_message', resolve));
  await soon(() => alice.state).toBe('live');
  await bob.send('Who is coming?');
  expect(await received).toMatchObject({ room_id: created.id, message: { text: 'Who is coming?' } });
  expect(await bob.details()).toMatchObject({ name: 'Lunch', members: [{ user_id: 1 }, { user_id: 2 }] });
});

describe('refusals', () => {
  test('a room of other users is refused with NOT_A_MEMBER', async () => {
    const room = clientOf('dave').room(1);
    await expect(room.ready()).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(room.state).toBe('refused');
  });

  test('an invalid token is refused with UNAUTHENTICATED', async () => {
    const client = clientOf('alice', { token: 'e30.e30.' });
    await expect(client.room(1).ready()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(client.state).toBe('refused');
  });

  test('a server that does not answer leaves the client offline with UNREACHABLE', async () => {
    const client = clientOf('alice', { url: 'http://127.0.0.1:9' });
    await soon(() => client.state).toBe('offline');
    expect(client.error).toMatchObject({ code: 'UNREACHABLE' });
  });

  test('invalid changes reject with the code of the server', async () => {
    const id = await newRoom(stack, 'alice', 'bob');
    const [alice, bob] = await Promise.all([enter('alice', id), enter('bob', id)]);
    const { message_id } = await alice.send('mine');
    await expect(bob.edit(message_id, 'yours')).rejects.toMatchObject({ code: 'NOT_THE_AUTHOR' });
    await expect(bob.send(' ')).rejects.toMatchObject({ code: 'EMPTY_TEXT' });
    await expect(bob.react(message_id, 'no emoji')).rejects.toMatchObject({ code: 'BAD_FRAME' });
    expect(bob.messages).toHaveLength(1);
  });
});

test('a fresh token keeps the socket open after the first one expires', async () => {
  const id = await newRoom(stack, 'alice', 'bob');
  const sockets: string[] = [];
  class Counted extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(url);
    }
  }
  let calls = 0;
  const token = () => stack.token('alice', calls++ === 0 ? { expiresInSeconds: 4 } : {});
  const options = { WebSocket: Counted as unknown as SocketClass, token };
  const [alice, bob] = await Promise.all([enter('alice', id, options), enter('bob', id)]);
  await soon(() => calls).toBe(2);
  await new Promise((resolve) => setTimeout(resolve, 4_000 + CLOCK_TOLERANCE_MS + 100));
  await bob.send('Still there?');
  await soon(() => texts(alice)).toEqual(['Still there?']);
  expect((await alice.send('Yes')).text).toBe('Yes');
  expect(sockets).toHaveLength(1);
});

test('the room of a removed member is refused, and live again after they are added', async () => {
  const id = await newRoom(stack, 'alice', 'bob');
  const alice = clientOf('alice');
  const bob = await enter('bob', id);
  await alice.fetch(`/api/chats/${id}/members/2/`, { method: 'DELETE' });
  await soon(() => bob.state).toBe('refused');
  const body = JSON.stringify({ user_id: 2 });
  const headers = { 'Content-Type': 'application/json' };
  await alice.fetch(`/api/chats/${id}/members/`, { method: 'POST', headers, body });
  await soon(() => bob.state).toBe('live');
});

test('uploads, sends and downloads a file', async () => {
  const id = await newRoom(stack, 'alice', 'bob');
  const alice = clientOf('alice');
  const room = alice.room(id);
  const steps: number[] = [];
  const file = new File(['my notes'], 'notes.txt', { type: 'text/plain' });
  const uploaded = await room.upload(file, { onProgress: (sent) => steps.push(sent) });
  expect(steps.at(-1)).toBe(file.size);
  const message = await room.send('Notes', uploaded);
  expect(message).toMatchObject({ type: 'file', file: 'notes.txt', file_size: file.size });
  const read = await alice.fetch(message.file_url ?? '');
  expect(await read.text()).toBe('my notes');
});

test('loads older messages page by page, each once', async () => {
  const id = await newRoom(stack, 'alice');
  const alice = clientOf('alice');
  const requests = Array.from({ length: 54 }, (_, index) => ({
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ content: `text ${index}` }),
  }));
  for (const init of requests) await alice.fetch(`/api/chats/${id}/send_message/`, init);
  const room = await enter('alice', id);
  expect([room.messages.length, room.hasMore]).toEqual([50, true]);
  await room.history();
  expect(texts(room)).toEqual(requests.map((_, index) => `text ${index}`));
  expect(room.hasMore).toBe(false);
});
