import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enter, said } from '../support/chat.ts';
import { type Asking, ask, askingAs, type Json } from '../support/http.ts';
import { newRoom } from '../support/rooms.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';

let stack: TestStack;
let alice: Asking;
let bob: Asking;
let dave: Asking;

beforeAll(async () => {
  stack = await sharedTestStack();
  const people = ['alice', 'bob', 'dave'].map((name) => askingAs(stack, name));
  [alice, bob, dave] = (await Promise.all(people)) as [Asking, Asking, Asking];
});

afterAll(() => stack.stop());

const historyOf = async (room: string, query = '') =>
  (await alice(`GET /chats/${room}/messages/${query}`)).body['messages'] as readonly Json[];

describe('sending a message by REST (S2-rest)', () => {
  test('stores the message and answers 201 in the form of contract S2', async () => {
    const { status, body } = await alice('POST /chats/1/send_message/', { content: 'Message via REST API' });
    expect(status).toBe(201);
    expect(body).toEqual({
      sender_name: 'alice',
      id: expect.any(Number),
      chat: 1,
      sender: { id: 1, username: 'alice', email: 'alice@example.com', user_type: 'student' },
      content: 'Message via REST API',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      type: 'text',
      status: 'sent',
      edited: false,
    });
    expect(await historyOf('1', '?limit=1')).toEqual([body]);
  });

  test('can attach a file, which can be read at its URL', async () => {
    const room = await newRoom(stack, 'alice');
    const file = { content: '', file: 'aGVsbG8=', file_name: 'hello.txt' };
    const { status, body } = await alice(`POST /chats/${room}/send_message/`, file);
    expect(status).toBe(201);
    expect(body).toMatchObject({ type: 'file', file: 'hello.txt', file_size: 5 });
    const { status: found } = await alice(`GET ${String(body['file_url']).replace('/api', '')}`);
    expect(found).toBe(302);
  });

  test('takes no sequence number for a request of a stranger', async () => {
    const room = await newRoom(stack, 'alice');
    expect((await dave(`POST /chats/${room}/send_message/`, { content: 'hi' })).status).toBe(403);
    expect((await alice(`POST /chats/${room}/send_message/`, { content: 'hi' })).body['id']).toBe(1);
  });

  test.each([2_100, 800])('answers 404 for a room id of %i characters', async (length) => {
    const { status } = await alice(`POST /chats/${'a'.repeat(length)}/send_message/`, { content: 'hi' });
    expect(status).toBe(404);
  });

  test('is broadcast only on request', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    const socket = await enter(stack, 'bob', `room=${room}`);
    await alice(`POST /chats/${room}/send_message/`, { content: 'quiet' });
    await alice(`POST /chats/${room}/send_message/`, { content: 'loud', broadcast: true });
    await socket.next(said('loud'));
    expect(socket.frames().some(said('quiet'))).toBe(false);
    await stack.settled();
    expect(await historyOf(room)).toMatchObject([
      { content: 'loud', status: 'read' },
      { content: 'quiet', status: 'sent' },
    ]);
    await socket.close();
  });

  test('stores and broadcasts a repeat with the same client_id once', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    const socket = await enter(stack, 'bob', `room=${room}`);
    const send = () =>
      alice(`POST /chats/${room}/send_message/`, { content: 'once', client_id: 'c-1', broadcast: true });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body['id']).toBe(first.body['id']);
    await alice(`POST /chats/${room}/send_message/`, { content: 'after', broadcast: true });
    await socket.next(said('after'));
    expect(socket.frames().filter(said('once'))).toHaveLength(1);
    expect(await historyOf(room)).toHaveLength(2);
    await socket.close();
  });

  test('can reply to another message', async () => {
    const { body } = await alice('POST /chats/1/send_message/', { content: 'first' });
    const reply = { content: 'second', reply_to: body['id'] };
    expect((await bob('POST /chats/1/send_message/', reply)).body).toMatchObject({ reply_to: body['id'] });
  });

  test('accepts exactly 8,000 code points of 12 JSON bytes each', async () => {
    const room = await newRoom(stack, 'alice');
    const escaped = '\\ud83d\\ude00'.repeat(8_000);
    const { status, body } = await alice(`POST /chats/${room}/send_message/`, `{"content":"${escaped}"}`);
    expect(status).toBe(201);
    expect([...String(body['content'])]).toHaveLength(8_000);
  });

  test.each([
    ['blank', { content: '  ' }, 400, 'EMPTY_TEXT'],
    ['of 8,001 code points', { content: 'x'.repeat(8_001) }, 413, 'TOO_LONG'],
    ['without content', {}, 400, 'BAD_REQUEST'],
    ['with a number for content', { content: 1 }, 400, 'BAD_REQUEST'],
    ['with null for a body', 'null', 400, 'BAD_REQUEST'],
    ['that is not JSON', 'hello', 400, 'BAD_REQUEST'],
    [
      'as a reply to a message that does not exist',
      { content: 'x', reply_to: 999_999 },
      404,
      'REPLY_NOT_FOUND',
    ],
    ['with a client_id of 129 characters', { content: 'x', client_id: 'c'.repeat(129) }, 400, 'BAD_REQUEST'],
    ['with a string for broadcast', { content: 'x', broadcast: 'yes' }, 400, 'BAD_REQUEST'],
  ])('%s is refused and not stored', async (_how, body, status, error) => {
    const room = await newRoom(stack, 'alice');
    const answer = await alice(`POST /chats/${room}/send_message/`, body);
    expect(answer).toMatchObject({ status, body: { error, message: expect.stringContaining(':') } });
    expect(await historyOf(room)).toEqual([]);
  });

  test('is refused and not stored without a token or for a stranger', async () => {
    const room = await newRoom(stack, 'alice');
    const body = { content: 'let me in' };
    expect((await ask(stack, `POST /chats/${room}/send_message/`, { body })).status).toBe(401);
    const stranger = await dave(`POST /chats/${room}/send_message/`, body);
    expect(stranger).toMatchObject({ status: 403, body: { error: 'NOT_A_MEMBER' } });
    expect(await dave('POST /chats/404/send_message/', body)).toMatchObject({
      status: 403,
      body: stranger.body,
    });
    expect(await historyOf(room)).toEqual([]);
  });
});

describe('the history', () => {
  test('is returned newest first, in pages', async () => {
    const room = await newRoom(stack, 'alice', 'bob');
    for (const content of ['1', '2', '3', '4', '5']) {
      await alice(`POST /chats/${room}/send_message/`, { content });
    }
    const newest = await bob(`GET /chats/${room}/messages/?limit=2`);
    expect(newest.body).toMatchObject({ messages: [{ content: '5' }, { content: '4' }], has_more: true });
    const [, last] = newest.body['messages'] as Json[];
    const older = await bob(`GET /chats/${room}/messages/?before=${last?.['id']}`);
    expect(older.body).toMatchObject({
      messages: [{ content: '3' }, { content: '2' }, { content: '1' }],
      has_more: false,
    });
  });

  test('shows edits and omits deleted messages', async () => {
    const room = await newRoom(stack, 'alice');
    const socket = await enter(stack, 'alice', `room=${room}`);
    const kept = await socket.say('drafd');
    const gone = await socket.say('gone');
    socket.send({ action: 'edit', message_id: kept['message_id'], text: 'draft' });
    socket.send({ action: 'delete', message_id: gone['message_id'] });
    await Promise.all([socket.take('message_edited'), socket.take('message_deleted')]);
    expect(await historyOf(room)).toMatchObject([{ content: 'draft', edited: true }]);
    await socket.close();
  });

  test.each(['?limit=0', '?limit=51', '?limit=1.5', '?before=x', '?before=0', '?limit=1&limit=2'])(
    'with %s is malformed',
    async (query) => {
      const answer = await alice(`GET /chats/1/messages/${query}`);
      expect(answer).toMatchObject({ status: 400, body: { error: 'BAD_REQUEST' } });
    },
  );

  test('is for members only: a stranger gets the same 403 as for a room that does not exist', async () => {
    const stranger = await dave('GET /chats/1/messages/');
    expect(stranger).toMatchObject({ status: 403, body: { error: 'NOT_A_MEMBER' } });
    expect((await dave('GET /chats/404/messages/')).body).toEqual(stranger.body);
    expect((await ask(stack, 'GET /chats/1/messages/')).status).toBe(401);
  });
});
