import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ChatClient, type ChatClientOptions, type RoomSummary } from '../../client/index.ts';
import { FakeChat } from '../support/fake-chat.ts';

const AT = '2026-03-02T09:15:00.000Z';

let chat: FakeChat;

beforeEach(() => {
  chat = new FakeChat();
});

function clientOf(options: Partial<ChatClientOptions> = {}): ChatClient {
  const client = new ChatClient({ ...chat.options(), ...options });
  onTestFinished(() => client.close());
  return client;
}

/** Returns the only room of a list in which this message of the HTTP API is the last one. */
async function listed(last_message: object | null): Promise<RoomSummary | undefined> {
  const room = { id: 1, name: 'Lunch', kind: 'group', access: 'members', request: false };
  const page = {
    chats: [{ ...room, unread: 1, unread_capped: false, last_at: AT, last_message }],
    next_cursor: null,
  };
  const { chats } = await clientOf({ fetch: async () => Response.json(page) }).rooms();
  return chats[0];
}

describe('rooms', () => {
  const message = {
    id: 7,
    chat: 1,
    sender: { id: 2, username: 'bob', email: 'bob@example.com', user_type: '' },
    content: 'Hello',
    timestamp: AT,
    type: 'text',
    status: 'sent',
    edited: false,
  };

  test('have their last message in the form that messages have in a room, with the author’s name', async () => {
    expect((await listed(message))?.last_message).toEqual({
      message_id: 7,
      text: 'Hello',
      sender_id: 2,
      sender_name: 'bob',
      sender_email: 'bob@example.com',
      status: 'send',
      created_at: AT,
      updated_at: AT,
    });
  });

  test('keep the file, the reply and the edit of their last message', async () => {
    const file = { file: 'a.png', file_url: '/api/chats/1/files/x', file_type: 'image/png', file_size: 3 };
    const sender = { ...message.sender, guest: true };
    const edited = { ...message, ...file, sender, type: 'image', status: 'read', edited: true, reply_to: 5 };
    expect((await listed(edited))?.last_message).toMatchObject({
      ...file,
      guest: true,
      type: 'image',
      status: 'read',
      edited: true,
      reply_to: 5,
    });
  });

  test('without a message have none', async () => {
    expect(await listed(null)).toMatchObject({ name: 'Lunch', unread: 1, last_message: null });
  });
});

describe('a canceled upload', () => {
  const file = new File(['my notes'], 'notes.txt', { type: 'text/plain' });
  const offer = { file_id: 'x', upload: { method: 'PUT', url: 'http://storage.test/x', headers: {} } };

  test('rejects with the reason of its signal', async () => {
    const canceled = new AbortController();
    const fetch: typeof globalThis.fetch = async (url, init) => {
      if (String(url) !== offer.upload.url) return Response.json(offer);
      canceled.abort(new Error('Canceled by the user'));
      init?.signal?.throwIfAborted();
      return new Response();
    };
    const upload = clientOf({ fetch }).room(1).upload(file, { signal: canceled.signal });
    await expect(upload).rejects.toThrow('Canceled by the user');
  });

  test('sends no bytes if it was canceled while it was announced, and aborts a request in progress', async () => {
    class FakeRequest {
      static all: FakeRequest[] = [];
      readonly upload = {};
      readonly aborts = vi.fn();
      onabort?: () => void;
      opened = false;
      constructor() {
        FakeRequest.all.push(this);
      }
      open() {
        this.opened = true;
      }
      send() {}
      abort() {
        this.aborts();
        this.onabort?.();
      }
    }
    vi.stubGlobal('XMLHttpRequest', FakeRequest);
    onTestFinished(() => void vi.unstubAllGlobals());
    const early = new AbortController();
    const room = (announced: () => void) =>
      clientOf({
        fetch: async () => {
          announced();
          return Response.json(offer);
        },
      }).room(1);
    const first = room(() => early.abort()).upload(file, { signal: early.signal });
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect(FakeRequest.all.filter(({ opened }) => opened)).toEqual([]);
    const late = new AbortController();
    const second = room(() => {}).upload(file, { signal: late.signal });
    await vi.waitFor(() => expect(FakeRequest.all.some(({ opened }) => opened)).toBe(true));
    late.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    expect(FakeRequest.all.find(({ opened }) => opened)?.aborts).toHaveBeenCalledTimes(1);
  });
});

describe('a client with autoConnect: false', () => {
  test('connects only when connect is called, and reports each state', async () => {
    const client = clientOf({ autoConnect: false });
    const states = vi.fn();
    client.on('state', states);
    const room = client.room(1);
    await Promise.resolve();
    expect([client.state, client.error, room.state, room.loading]).toEqual([
      'offline',
      undefined,
      'offline',
      true,
    ]);
    expect(chat.sockets).toEqual([]);
    const ready = room.ready();
    client.connect();
    await ready;
    expect(states.mock.calls.map(([state]) => state)).toEqual(['connecting', 'catching-up', 'live']);
    expect(room.loading).toBe(false);
  });

  test('needs no WebSocket, fetch or crypto, and says at connect that WebSocket is missing', () => {
    const path = JSON.stringify(join(import.meta.dirname, '../../client/index.ts'));
    const script = `
      for (const name of ['WebSocket', 'fetch', 'crypto', 'XMLHttpRequest']) delete globalThis[name];
      const { ChatClient } = await import(${path});
      const client = new ChatClient({ url: 'http://chat.test', token: 'x', autoConnect: false });
      console.log(client.room(1).state, client.state);
      try { client.connect(); } catch (error) { console.log(error.message); }
    `;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });
    expect(output).toBe('offline offline\nWebSocket is not defined\n');
  });
});

test('a room says while it loads older messages', async () => {
  for (let index = 0; index < 60; index++) chat.addMessage(`text ${index}`);
  const room = clientOf().room(1);
  await room.ready();
  const seen: boolean[] = [];
  room.subscribe(() => seen.at(-1) !== room.loading && seen.push(room.loading));
  await room.history();
  await Promise.resolve();
  expect(seen).toEqual([true, false]);
});
