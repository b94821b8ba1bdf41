import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import {
  ChatClient,
  type ChatClientOptions,
  type ChatStorage,
  type SocketClass,
} from '../../client/index.ts';
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

/** 8,000 characters, of which JSON makes six bytes each. */
const poison = '\u0001'.repeat(8_000);

test('what is too large for a frame is refused at once, and what comes after it goes out', async () => {
  const message = chat.say('one', { user: 1 });
  const client = clientOf();
  const room = client.room(1);
  const failed: string[] = [];
  client.on('failed', ({ frame }) => failed.push(frame.action));
  await pass();
  for (const asked of [room.send(poison), room.send('f', { file: 'x'.repeat(40_000) })]) {
    await expect(asked).rejects.toMatchObject({ code: 'TOO_LONG' });
  }
  await expect(room.edit(message, poison)).rejects.toMatchObject({ code: 'TOO_LONG' });
  expect(failed).toEqual(['send', 'send', 'edit']);
  expect(client.pendingChanges).toEqual([]);
  const sent = room.send('after it');
  await pass();
  expect((await sent).text).toBe('after it');
  expect(chat.sockets).toHaveLength(1);
});

test('8,000 characters of four bytes each go out', async () => {
  const room = clientOf().room(1);
  const sent = room.send('\u{1F600}'.repeat(8_000));
  await pass();
  expect([...(await sent).text]).toHaveLength(8_000);
});

test('what an earlier page left and is too large holds nothing up, and is not left again', async () => {
  const kept = new Map<string, string>();
  const storage: ChatStorage = {
    get: (key) => kept.get(key),
    set: (key, value) => kept.set(key, value),
    remove: (key) => kept.delete(key),
  };
  chat.swallow = () => true;
  const first = clientOf({ storage });
  first
    .room(1)
    .send('small')
    .catch(() => {});
  await pass();
  first.close();
  await pass();
  const [[key = '', left = '[]'] = []] = [...kept];
  kept.set(key, left.replace('small', 'x'.repeat(40_000)));
  chat.swallow = () => false;
  const second = clientOf({ storage });
  const sent = second.room(1).send('after it');
  await pass(1_000);
  expect((await sent).text).toBe('after it');
  expect(kept.size).toBe(0);
});

test.each(['', 'x'.repeat(257), '\ud800'])(
  'a room that cannot be is refused, and no other with it: %j',
  async (id) => {
    const client = clientOf();
    const none = client.room(id);
    const room = client.room(1);
    await expect(none.ready()).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    await pass(300_000);
    expect(room.state).toBe('live');
    none.leave();
    const sent = room.send('still here');
    await pass();
    expect((await sent).text).toBe('still here');
  },
);

test('a frame that could not be read refuses no room that is being opened', async () => {
  const client = clientOf();
  chat.swallow = ({ action }) => action === 'join';
  const room = client.room(1);
  await pass();
  chat.sockets[0]?.tell({ type: 'error', code: 'BAD_FRAME', message: 'Not read' });
  chat.swallow = () => false;
  await pass(60_000);
  expect(room.state).toBe('live');
});

test('who waits for a client that is closed hears CLOSED', async () => {
  const client = clientOf();
  const room = client.room(1);
  const waiting = [client.ready(), room.ready(), room.history()];
  client.close();
  for (const each of [...waiting, client.ready(), room.ready(), client.room(2).ready()]) {
    await expect(each).rejects.toMatchObject({ code: 'CLOSED' });
  }
  client.connect();
  await pass();
  await room.ready();
});

test('a token function that fails is told as such, with its reason, and asked again', async () => {
  const cause = new Error('The issuer is away');
  let asked = 0;
  const client = clientOf({
    token: () => {
      if (asked++ === 0) throw cause;
      return chat.options().token as string;
    },
  });
  await pass();
  expect(client.error).toMatchObject({ code: 'UNREACHABLE', cause });
  expect(client.error?.message).toMatch(/^Could not get a token: /);
});

test('a token that no header can hold is refused, and not taken for a network that is away', async () => {
  /** As browsers do: it is no word for a subprotocol. */
  class Strict {
    constructor() {
      throw new SyntaxError('The subprotocol is invalid');
    }
  }
  const client = clientOf({ token: 'a\nb', WebSocket: Strict as unknown as SocketClass });
  await pass();
  expect(client.state).toBe('refused');
  expect(client.error?.code).toBe('UNAUTHENTICATED');
});

test.each(['', '/', 'localhost:8000', 'ftp://chat.example.com', undefined])(
  'no client is made of the url %j',
  (url) => {
    expect(() => clientOf({ url: url as string })).toThrow('Could not create the client: its url');
  },
);

test.each([undefined, 5, null])('no client is made of the token %j', (token) => {
  expect(() => clientOf({ token: token as unknown as string })).toThrow(
    'Could not create the client: it has no token',
  );
});
