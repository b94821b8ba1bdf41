import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Chatter, enter } from '../support/chat.ts';
import { sharedTestStack } from '../support/shared-stack.ts';
import type { TestStack } from '../support/stack.ts';
import { connect } from '../support/ws-client.ts';

let stack: TestStack;
let alice: Chatter;
let bob: Chatter;

beforeAll(async () => {
  stack = await sharedTestStack();
  alice = await enter(stack, 'alice');
  bob = await enter(stack, 'bob');
});

afterAll(() => stack.stop());

const handshake = (query: string, headers: Record<string, string>) =>
  connect(`${stack.socketUrl}${query}`, { headers });
const bearer = async (username: string, options = {}) => ({
  Authorization: `Bearer ${await stack.token(username, options)}`,
});

describe('refuses a handshake with', () => {
  test('401 for a missing, invalid or expired token', async () => {
    await expect(handshake('?room=1', {})).rejects.toMatchObject({ status: 401 });
    await expect(handshake('?room=1', { Authorization: 'Bearer a.b.c' })).rejects.toMatchObject({
      status: 401,
    });
    const old = await bearer('alice', { expiresInSeconds: -10 });
    await expect(handshake('?room=1', old)).rejects.toMatchObject({ status: 401 });
  });

  test('the same 403 for a room of other users and for a room that does not exist', async () => {
    const dave = await bearer('dave');
    const answers = await Promise.all(
      ['?room=1', '?room=404', '?firts_user=4', '?room=', '?room=%23', '?room=1&dialect=none'].map((query) =>
        handshake(query, dave).catch((error: { status: number; body: string }) => [error.status, error.body]),
      ),
    );
    expect(answers[0]).toEqual([403, expect.any(String)]);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

describe('answers an invalid frame with an error, keeps the socket open and stores nothing:', () => {
  test.each([
    ['no JSON', 'hello', 'BAD_FRAME'],
    ['an array', '[1]', 'BAD_FRAME'],
    ['a blank text', '{"action":"send","message":"  "}', 'EMPTY_TEXT'],
    ['a text of invisible characters', '{"action":"send","message":"\\u200b\\u2800"}', 'EMPTY_TEXT'],
    ['a text with a NUL character', '{"action":"send","message":"a\\u0000b"}', 'BAD_FRAME'],
    [
      'a file name of many blanks',
      JSON.stringify({ message: 'x', file: 'aGk=', file_name: `a${' '.repeat(31_000)}b` }),
      'BAD_FRAME',
    ],
    ['too long a text', JSON.stringify({ message: 'x'.repeat(8_001) }), 'TOO_LONG'],
    ['an unknown action', '{"action":"fly"}', 'UNKNOWN_ACTION'],
    ['an action that is a route of the gateway', '{"action":"$connect"}', 'UNKNOWN_ACTION'],
    ['a __proto__ field', '{"__proto__":{"message":"hi"},"action":"send"}', 'BAD_FRAME'],
    ['a room that does not exist', '{"action":"send","message":"hi","room_id":404}', 'NOT_A_MEMBER'],
    ['another member’s room', '{"action":"send","message":"hi","room_id":2}', 'NOT_A_MEMBER'],
    ['its history', '{"action":"history","room_id":2}', 'NOT_A_MEMBER'],
    [
      'a reply to a message that does not exist',
      '{"action":"send","message":"hi","reply_to":999999}',
      'REPLY_NOT_FOUND',
    ],
    [
      'an edit of a message that does not exist',
      '{"action":"edit","message_id":999999,"text":"x"}',
      'MESSAGE_NOT_FOUND',
    ],
    [
      'a delete of a message that does not exist',
      '{"action":"delete","message_id":999999}',
      'MESSAGE_NOT_FOUND',
    ],
  ])('%s', async (_what, body, code) => {
    bob.send(body);
    expect(await bob.take('error')).toMatchObject({ code, message: expect.stringContaining(':') });
    bob.send({ action: 'history' });
    expect((await bob.take('history'))['messages']).toEqual([]);
  });
});

describe('another member’s message', () => {
  test('can be edited and deleted by the room’s owner, but not by a member', async () => {
    const { message_id } = await bob.say('mine');
    const { message_id: hers } = await alice.say('hers');
    bob.send({ action: 'edit', message_id: hers, text: 'yours', client_id: 'e-1' });
    expect(await bob.take('error')).toMatchObject({ code: 'NOT_THE_AUTHOR', client_id: 'e-1' });
    bob.send({ action: 'delete', message_id: hers });
    expect(await bob.take('error')).toMatchObject({ code: 'NOT_THE_AUTHOR' });
    alice.send({ action: 'edit', message_id, text: 'moderated' });
    expect(await bob.take('message_edited')).toMatchObject({ message_id, text: 'moderated' });
    bob.send({ action: 'history' });
    expect((await bob.take('history'))['messages']).toMatchObject([{ text: 'hers' }, { text: 'moderated' }]);
  });

  test('cannot be changed by anyone once it is deleted', async () => {
    const { message_id } = await bob.say('gone soon');
    bob.send({ action: 'delete', message_id });
    await bob.take('message_deleted');
    bob.send({ action: 'edit', message_id, text: 'back' });
    expect(await bob.take('error')).toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
    bob.send({ action: 'delete', message_id });
    expect(await bob.take('error')).toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
    bob.send({ action: 'send', message: 're', reply_to: message_id });
    expect(await bob.take('error')).toMatchObject({ code: 'REPLY_NOT_FOUND' });
  });
});

test('a stranger’s frames take no sequence number of the room', async () => {
  for (let count = 0; count < 5; count++) bob.send({ action: 'send', message: 'x', room_id: 2 });
  for (let count = 0; count < 5; count++) {
    expect(await bob.take('error')).toMatchObject({ code: 'NOT_A_MEMBER', room_id: 2 });
  }
  alice.send({ action: 'ping', room_id: 2 });
  expect(await alice.take('pong')).toEqual({ type: 'pong', seq: 0, room_id: 2 });
});

/** Opens a connection of carol's whose token has expired, beyond the clock tolerance. */
async function ranOut() {
  const headers = await bearer('carol', { expiresInSeconds: -1 });
  const carol = await connect(`${stack.socketUrl}?room=1`, { headers });
  await carol.next(Array.isArray);
  await new Promise((resume) => setTimeout(resume, 4_100));
  return carol;
}

test('a connection with an expired token gets TOKEN_EXPIRED instead of the next event, and is closed', async () => {
  const carol = await ranOut();
  await alice.say('not for carol');
  expect(await carol.next()).toMatchObject({ type: 'error', code: 'TOKEN_EXPIRED' });
  expect(await carol.closed).toMatchObject({ code: 1000 });
  expect(JSON.stringify(carol.frames())).not.toContain('not for carol');
  expect(await bob.take('presence', ({ status }) => status === 'offline')).toMatchObject({ user_id: 3 });
});

test('a connection with an expired token gets TOKEN_EXPIRED for its next frame, and is closed', async () => {
  const carol = await ranOut();
  carol.send({ message: 'too late' });
  expect(await carol.next()).toMatchObject({ type: 'error', code: 'TOKEN_EXPIRED' });
  expect(await carol.closed).toMatchObject({ code: 1000 });
});

test('logs contain no text, no token and no query string', async () => {
  await alice.say('a very secret word');
  const log = stack.lines.join('\n');
  expect(log).not.toContain('secret word');
  expect(log).not.toContain('eyJ');
  expect(log).not.toContain('room=');
});
