import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import {
  ChatClient,
  type ChatClientOptions,
  type ChatStorage,
  type SocketClass,
} from '../../client/index.ts';
import { FakeChat, tokenOf } from '../support/fake-chat.ts';

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

/** 8,000 characters that take six bytes each in JSON. */
const oversized = '\u0001'.repeat(8_000);

test('a change that is too large for a frame is rejected at once, and the next one is sent', async () => {
  const message = chat.addMessage('one', { user: 1 });
  const client = clientOf();
  const room = client.room(1);
  const failed: string[] = [];
  client.on('failed', ({ frame }) => failed.push(frame.action));
  await pass();
  for (const change of [room.send(oversized), room.send('f', { file: 'x'.repeat(40_000) })]) {
    await expect(change).rejects.toMatchObject({ code: 'TOO_LONG' });
  }
  await expect(room.edit(message, oversized)).rejects.toMatchObject({ code: 'TOO_LONG' });
  expect(failed).toEqual(['send', 'send', 'edit']);
  expect(client.pendingChanges).toEqual([]);
  const sent = room.send('next');
  await pass();
  expect((await sent).text).toBe('next');
  expect(chat.sockets).toHaveLength(1);
});

test.each([
  ['fixed', `${tokenOf('1')}\n`],
  ['fetched', () => `  ${tokenOf('1')}\r\n`],
])('a %s token from a file that ends in a newline is accepted', async (_how, token) => {
  const client = clientOf({ token });
  client.room(1);
  await pass();
  expect([client.state, chat.socket.token]).toEqual(['live', tokenOf('1')]);
});

test('a text of 8,000 four-byte characters is sent', async () => {
  const room = clientOf().room(1);
  const sent = room.send('\u{1F600}'.repeat(8_000));
  await pass();
  expect([...(await sent).text]).toHaveLength(8_000);
});

test('a restored change that is too large blocks no other change and is removed from the storage', async () => {
  const kept = new Map<string, string>();
  const storage: ChatStorage = {
    get: (key) => kept.get(key),
    set: (key, value) => kept.set(key, value),
    remove: (key) => kept.delete(key),
  };
  chat.dropFrame = () => true;
  const first = clientOf({ storage });
  first
    .room(1)
    .send('small')
    .catch(() => {});
  await pass();
  first.close();
  await pass();
  const [[key = '', stored = '[]'] = []] = [...kept];
  kept.set(key, stored.replace('small', 'x'.repeat(40_000)));
  chat.dropFrame = () => false;
  const second = clientOf({ storage });
  const sent = second.room(1).send('next');
  await pass(1_000);
  expect((await sent).text).toBe('next');
  expect(kept.size).toBe(0);
});

test.each(['', '.', '..', '#1', '\0', 'x'.repeat(301), '日'.repeat(101), '\ud800'])(
  'a room with the id %j is refused, and other rooms stay live',
  async (id) => {
    const client = clientOf();
    const invalid = client.room(id);
    const room = client.room(1);
    await expect(invalid.ready()).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    await pass(300_000);
    expect(room.state).toBe('live');
    invalid.leave();
    const sent = room.send('still here');
    await pass();
    expect((await sent).text).toBe('still here');
  },
);

test('BAD_FRAME without a room does not refuse a room that is being joined', async () => {
  const client = clientOf();
  chat.dropFrame = ({ action }) => action === 'join';
  const room = client.room(1);
  await pass();
  chat.sockets[0]?.deliver({ type: 'error', code: 'BAD_FRAME', message: 'Not read' });
  chat.dropFrame = () => false;
  await pass(60_000);
  expect(room.state).toBe('live');
});

test('waiting promises reject with CLOSED when the client is closed', async () => {
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

test('an error of the token function is reported as the cause, and the function is called again', async () => {
  const cause = new Error('The issuer is down');
  let calls = 0;
  const client = clientOf({
    token: () => {
      if (calls++ === 0) throw cause;
      return chat.options().token as string;
    },
  });
  await pass();
  expect(client.error).toMatchObject({ code: 'UNREACHABLE', cause });
  expect(client.error?.message).toMatch(/^Could not get a token: /);
});

test('a token with characters that a header cannot contain is refused', async () => {
  /** Throws as browsers do, because the token is not valid as a subprotocol. */
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
  'the constructor rejects the url %j',
  (url) => {
    expect(() => clientOf({ url: url as string })).toThrow('Could not create the client: its url');
  },
);

test.each([undefined, 5, null])('the constructor rejects the token %j', (token) => {
  expect(() => clientOf({ token: token as unknown as string })).toThrow(
    'Could not create the client: it has no token',
  );
});

test.each([0, 999, Number.NaN])('the constructor rejects the heartbeat %j', (heartbeatMs) => {
  expect(() => clientOf({ heartbeatMs })).toThrow('Could not create the client: heartbeatMs is below 1,000.');
});
