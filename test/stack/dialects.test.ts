import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enter, type Frame, said, typed } from '../support/chat.ts';
import { newRoom, openRoom } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';
import { connect, type WsClient } from '../support/ws-client.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await sharedTestStack();
});

afterAll(() => stack.stop());

const dial = async (username: string, room: string, dialect: string): Promise<WsClient> =>
  connect(`${stack.socketUrl}?room=${room}&dialect=${dialect}`, {
    headers: { Authorization: `Bearer ${await stack.token(username)}` },
  });

const operated = (name: string) => (frame: unknown) => (frame as Frame)['operation'] === name;

describe('one room with four dialects', () => {
  test('ten connections receive each event exactly once in their own dialect', async () => {
    const room = await newRoom(stack, 'alice', 'bob', 'carol');
    const alice = await enter(stack, 'alice', `room=${room}`);
    const phone = await enter(stack, 'alice', `room=${room}`);
    const contents = await Promise.all(['alice', 'bob', 'carol'].map((name) => dial(name, room, 'content')));
    const types = await Promise.all(['bob', 'carol'].map((name) => dial(name, room, 'type')));
    for (const client of types) await client.next(typed('connection_established'));
    const operations = await Promise.all(
      ['alice', 'bob', 'carol'].map((name) => dial(name, room, 'operation')),
    );
    await stack.settled();

    contents[1]?.send({ content: 'from S2' });
    types[1]?.send({ type: 'chat_message', message: 'from S3', receiver_id: '1' });
    operations[1]?.send({ operation: 'create', user: '2', type: 'text', body: 'from S4' });
    const { message_id } = await alice.say('from S1');
    const texts = ['from S1', 'from S2', 'from S3', 'from S4'];
    for (const text of texts) {
      for (const client of [alice, phone].filter((each) => text !== 'from S1' || each !== alice)) {
        await client.next(said(text));
      }
      for (const client of contents) {
        await client.next(typed('message', ({ message }) => message?.['content'] === text));
      }
      for (const client of types) {
        await client.next(typed('chat_message', (frame) => (frame.message as unknown) === text));
      }
      for (const client of operations) {
        await client.next(
          (frame) => operated('create')(frame) && (frame as Frame).message?.['body'] === text,
        );
      }
    }

    operations[0]?.send({ operation: 'update', message_id, body: 'edited' });
    operations[1]?.send({
      operation: 'reply',
      message_id: String(message_id),
      type: 'text',
      body: 'a reply',
    });
    operations[1]?.send({ operation: 'seen', user: 'bob', message_id: String(message_id) });
    operations[1]?.send({ operation: 'typing', typing_status: 'typing' });
    for (const client of [alice, phone]) {
      await client.take('message_edited');
      await client.take('message_seen');
      await client.take('typing');
      await client.next(said('a reply'));
    }
    for (const client of operations) {
      for (const name of ['update', 'reply', 'seen', 'typing']) await client.next(operated(name));
    }
    alice.send({ action: 'react', message_id, emoji: '👍' });
    await phone.take('message_reacted');
    alice.send({ action: 'delete', message_id });
    for (const client of operations) {
      expect(await client.next(operated('delete'))).toMatchObject({
        message_id: String(message_id),
        user: '1',
      });
    }
    await stack.settled();

    // No frame arrived twice or in words of another contract.
    for (const client of contents) {
      const got = client.frames().map((frame) => (frame as Frame).message?.['content']);
      expect([...got].sort()).toEqual(['a reply', ...texts]);
    }
    for (const client of types) {
      const got = client.frames().map((frame) => (frame as Frame).message as unknown);
      expect([...got].sort()).toEqual([`Connected to chat room ${room}`, 'a reply', ...texts]);
    }
    for (const client of operations) {
      const got = client.frames().map((frame) => String((frame as Frame)['operation']));
      expect([...got].sort()).toEqual(
        ['create', 'create', 'create', 'create', 'delete', 'reply', 'seen', 'typing', 'update'].sort(),
      );
    }
    for (const client of [alice, phone]) {
      const count = (name: string) => client.frames().filter(typed(name)).length;
      expect(['chat_message', 'message_edited', 'message_deleted', 'message_reacted'].map(count)).toEqual([
        5, 1, 1, 1,
      ]);
    }
    await Promise.all([alice, phone, ...contents, ...types, ...operations].map((client) => client.close()));
  });
});

describe('contract S3 (the credential is ?token=)', () => {
  const url = (room: string, token: string) => `${stack.socketUrl}?room=${room}&token=${token}`;

  test('gets connection_established, and echoes with a receiver', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    const alice = await connect(url(room, await stack.token('alice')));
    expect(await alice.next()).toEqual({
      type: 'connection_established',
      message: `Connected to chat room ${room}`,
      user_id: '1',
      username: 'alice',
    });
    alice.send({ type: 'chat_message', message: 'hi', receiver_id: '2' });
    expect(await alice.next()).toMatchObject({
      type: 'chat_message',
      message: 'hi',
      receiver_id: '2',
      sender_id: '1',
    });
    alice.send({ type: 'chat_message', message: 'hi', receiver_id: '4' });
    expect(await alice.next(typed('error'))).toMatchObject({ code: 'RECEIVER_NOT_A_MEMBER' });
    alice.send('nonsense');
    expect(await alice.next(typed('error'))).toMatchObject({ message: 'Invalid JSON' });
    await alice.close();
  });

  test.each([
    ['a bad token', 'bob', 'a.b.c', 4001, 'Unauthorized'],
    ['a stranger', 'dave', '', 4003, 'Not a member of the chat room'],
  ])('opens for %s, sends the error and closes (S3-close)', async (_who, username, bad, code, message) => {
    const room = await newRoom(stack, 'alice', 'bob');
    const client = await connect(url(room, bad || (await stack.token(username))));
    client.send({ type: 'chat_message', message: 'let me in' });
    expect(await client.next()).toEqual({ type: 'error', code, message });
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(client.frames()).toHaveLength(1);
    const alice = await enter(stack, 'alice', `room=${room}`);
    expect(alice.history).toEqual([]);
    await alice.close();
  });
});

describe('contract S4 in an open room', () => {
  test('accepts a guest without a credential under the claimed name', async () => {
    const room = await openRoom(stack);
    const url = `${stack.socketUrl}?room=${room}`;
    const [ann, ben] = [await connect(url), await connect(url)];
    ann.send({ operation: 'create', user: 'ann', type: 'text', body: 'hello' });
    const created = (await ben.next(operated('create'))) as Frame;
    expect(created.message).toMatchObject({ user: 'ann', body: 'hello' });
    ben.send({ operation: 'delete', user: 'ben', message_id: created.message?.['id'] });
    expect(await ben.next(operated('error'))).toMatchObject({ code: 'NOT_THE_AUTHOR' });
    ann.send({ operation: 'delete', user: 'ann', message_id: created.message?.['id'] });
    expect(await ben.next(operated('delete'))).toMatchObject({ user: 'ann' });
    await Promise.all([ann.close(), ben.close()]);
  });

  test('gives a guest none of the rights of a member with that name', async () => {
    const room = await openRoom(stack);
    const alice = await enter(stack, 'alice', `room=${room}`);
    const { message_id } = await alice.say('the owner speaks', { client_id: 'a-1' });
    const guest = await connect(`${stack.socketUrl}?room=${room}`);
    for (const frame of [
      { operation: 'update', user: '1', message_id, body: 'the owner lies' },
      { operation: 'delete', user: '1', message_id },
    ]) {
      guest.send(frame);
      expect(await guest.next(operated('error'))).toMatchObject({ code: 'NOT_THE_AUTHOR' });
    }
    guest.send({ operation: 'create', user: '1', body: 'a guest speaks', client_id: 'a-1' });
    expect(await guest.next(operated('create'))).toMatchObject({ message: { body: 'a guest speaks' } });
    await Promise.all([alice.close(), guest.close()]);
  });

  test('refuses guests in rooms that are not open', async () => {
    const room = await newRoom(stack, 'alice');
    await expect(connect(`${stack.socketUrl}?room=${room}`)).rejects.toMatchObject({ status: 401 });
    const alice = await dial('alice', room, 'operation');
    alice.send({ operation: 'create', user: 'bob', body: 'as bob' });
    expect(await alice.next()).toMatchObject({ operation: 'error', code: 'WRONG_USER' });
    await alice.close();
  });
});

describe('a file in a frame (S4-create, S4-update)', () => {
  const pixel =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

  test('is sent as its name and URL, and is deleted with its message', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    const [alice, bob] = [await dial('alice', room, 'operation'), await enter(stack, 'bob', `room=${room}`)];
    alice.send({ operation: 'create', type: 'image', body: '', file: `data:image/png;base64,${pixel}` });
    const created = (await alice.next(operated('create'))) as Frame;
    expect(created.message).toMatchObject({ body: '', file: 'file.png', file_url: expect.any(String) });
    expect(await bob.take('chat_message')).toMatchObject({ message: { type: 'image', file: 'file.png' } });
    const read = async (username: string) => {
      const headers = { Authorization: `Bearer ${await stack.token(username)}` };
      return fetch(`${stack.stack.edgeUrl}${created.message?.['file_url']}`, { headers });
    };
    const image = await read('bob');
    expect(image.status).toBe(200);
    expect(Buffer.from(await image.arrayBuffer()).toString('base64')).toBe(pixel);
    expect((await read('dave')).status).toBe(403);

    alice.send({
      operation: 'update',
      message_id: created.message?.['id'],
      body: 'now a text',
      file: 'aGVsbG8=',
    });
    const updated = (await alice.next(operated('update'))) as Frame;
    expect(updated.message).toMatchObject({ body: 'now a text', file: 'file.txt' });
    alice.send({ operation: 'delete', message_id: created.message?.['id'] });
    await bob.take('message_deleted');
    expect((await read('bob')).status).toBe(404);
    alice.send({ operation: 'create', body: '', file: '!' });
    expect(await alice.next(operated('error'))).toMatchObject({ code: 'BAD_FRAME' });
    alice.send({ operation: 'create', body: '' });
    expect(await alice.next(operated('error'))).toMatchObject({ code: 'EMPTY_TEXT' });
    await Promise.all([alice.close(), bob.close()]);
  });
});

describe('a cookie', () => {
  const withCookie = async (origin?: string) => ({
    headers: { Cookie: `sessionid=${await stack.token('alice')}`, ...(origin && { Origin: origin }) },
  });

  test('is refused with 403 from another Origin and without one', async () => {
    const url = `${stack.socketUrl}?room=1`;
    await expect(connect(url, await withCookie('https://evil.example.com'))).rejects.toMatchObject({
      status: 403,
    });
    await expect(connect(url, await withCookie())).rejects.toMatchObject({ status: 403 });
  });
});

describe('seen', () => {
  test('marks earlier messages as read, and their authors get receipts', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    const alice = await enter(stack, 'alice', `room=${room}`);
    const bob = await enter(stack, 'bob', `room=${room}&reads=manual`);
    const first = await alice.say('one');
    const second = await alice.say('two');
    await alice.take('mark_message_as_delivered', ({ message }) => message?.['text'] === 'two');
    bob.send({ action: 'seen', message_id: second['message_id'] });
    const read = new Set<unknown>();
    for (const _ of [1, 2]) read.add((await alice.take('mark_message_as_read')).message?.['message_id']);
    expect(read).toEqual(new Set([first['message_id'], second['message_id']]));
    expect(await alice.take('message_seen')).toMatchObject({ message_id: second['message_id'], user_id: 2 });
    await Promise.all([alice.close(), bob.close()]);
  });
});

describe('a reaction', () => {
  test('appears in the history once for each user, until it is removed', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    const alice = await enter(stack, 'alice', `room=${room}`);
    const bob = await enter(stack, 'bob', `room=${room}`);
    const { message_id } = await alice.say('good news');
    for (const person of [alice, bob]) {
      person.send({ action: 'react', message_id, emoji: '🎉' });
      person.send({ action: 'react', message_id, emoji: '🎉' });
    }
    // Of two concurrent changes, the earlier may be posted to its sender only.
    for (const id of [1, 2]) await bob.take('message_reacted', ({ user_id }) => user_id === id);
    await stack.settled();
    bob.send({ action: 'react', message_id, emoji: '👍', client_id: 'r-1' });
    await bob.take('message_reacted', ({ emoji }) => emoji === '👍');
    bob.send({ action: 'react', message_id, emoji: '#️⃣' });
    await bob.take('message_reacted', ({ emoji }) => emoji === '#️⃣');
    alice.send({ action: 'react', message_id, emoji: '🎉', remove: true });
    expect(await bob.take('message_reacted', ({ removed }) => removed === true)).toMatchObject({
      user_id: 1,
    });
    const back = await enter(stack, 'bob', `room=${room}`);
    expect(back.history[0]).toMatchObject({ reactions: { '🎉': [2], '👍': [2], '#️⃣': [2] } });
    await Promise.all([alice.close(), bob.close(), back.close()]);
  });
});

describe('direct rooms on demand', () => {
  test('are refused by default if they do not exist', async () => {
    await expect(enter(stack, 'bob', 'firts_user=2&second_user=3/')).rejects.toMatchObject({ status: 403 });
  });
});
