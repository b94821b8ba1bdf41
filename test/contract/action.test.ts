import { describe, expect, test } from 'vitest';
import { action } from '../../functions/dialects/action/decode.ts';
import { actionExamples } from '../../functions/dialects/action/examples.ts';
import { MAX_FRAME_BYTES } from '../../functions/dialects/dialect.ts';
import { requestedReads, requestedRoom } from '../../functions/dialects/handshake.ts';
import { errorCodes } from '../../functions/domain/errors.ts';
import type { Event } from '../../functions/domain/event.ts';
import type { Message } from '../../functions/domain/message.ts';
import { alice, messageOf } from '../support/sample.ts';

const own = { viewer: '1', elsewhere: false };
const decode = (frame: unknown) => action.decode(JSON.stringify(frame), alice);
const encode = (event: Event, view = own): unknown => JSON.parse(action.encode(event, view) ?? 'null');

describe('an example of contract S0, of contract S1 or of Parley', () => {
  test.each(actionExamples.in)('is decoded: $clause', ({ frame, command }) => {
    expect(decode(frame)).toEqual(command);
  });

  test.each(actionExamples.out)('is encoded with at least the fields shown: $clause', ({ event, frame }) => {
    const sent = encode(event);
    if (Array.isArray(frame)) expect(sent).toHaveLength(frame.length);
    expect(sent).toMatchObject(frame as object);
  });
});

describe('the room of a handshake', () => {
  test.each([
    ['S0-connect, after the edge has rewritten the path', { room: '7' }, '7'],
    [
      'S1-connect, as documented, with a slash at the end',
      { firts_user: '1', second_user: '2/' },
      'direct:1:2',
    ],
    ['S1-connect, with the correct spelling', { first_user: '2', second_user: '1' }, 'direct:1:2'],
  ])('%s', (_clause, query, room) => {
    expect(requestedRoom(query)).toBe(room);
    expect(requestedReads(query, action)).toBe('auto');
  });

  test('is undefined if the handshake names no room and at most one user', () => {
    expect(requestedRoom({})).toBeUndefined();
    expect(requestedRoom({ firts_user: '1' })).toBeUndefined();
    expect(requestedRoom({ room: '' })).toBeUndefined();
  });

  test('a client can request manual reads', () => {
    expect(requestedReads({ reads: 'manual' }, action)).toBe('manual');
  });
});

describe('a message that does not fit its frame', () => {
  const users = Array.from({ length: 50 }, (_, index) => `${index}-${'u'.repeat(120)}`);
  const reactions = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [
      String.fromCodePoint(0x1f400 + index),
      { count: users.length, users },
    ]),
  );
  const small = messageOf({ id: 1 });
  const reacted = messageOf({ id: 2, reactions });
  // Each character takes twelve bytes of JSON.
  const huge = messageOf({ id: 3, text: '\u0001\u0002'.repeat(40_000), reactions });
  const framesOf: readonly [string, (message: Message) => Event][] = [
    [
      'history',
      (message) => ({ kind: 'HistoryLoaded', room: '1', messages: [message, small], hasMore: false }),
    ],
    ['welcome', (message) => ({ kind: 'Connected', room: '1', user: alice, messages: [message, small] })],
    ['live', (message) => ({ kind: 'MessageSent', room: '1', message, seq: message.id })],
    ['delivered', (message) => ({ kind: 'MessageDelivered', room: '1', message })],
    ['read', (message) => ({ kind: 'MessageRead', room: '1', message })],
    [
      'sync',
      (message) => ({
        kind: 'Synced',
        room: '1',
        since: 0,
        changes: [{ kind: 'MessageSent', room: '1', message, seq: message.id }],
        seq: message.id,
        hasMore: false,
        complete: true,
        receipts: users.map((_, index) => ({ message: index, status: 'read' })),
        seen: users.map((user) => ({ user, message: 1 })),
      }),
    ],
  ];
  const sent = (event: Event): { text: string; truncated?: true; reactions?: object } => {
    const text = action.encode(event, own) ?? '';
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_FRAME_BYTES);
    const frame = JSON.parse(text);
    return Array.isArray(frame)
      ? frame[0]
      : (frame.message ?? frame.messages?.[0] ?? frame.events[0].message);
  };

  test.each(framesOf)('goes out without reactions: %s', (_name, eventOf) => {
    const message = sent(eventOf(reacted));
    expect(message).toMatchObject({ message_id: 2, text: reacted.text });
    expect(message).not.toHaveProperty('reactions');
    expect(message).not.toHaveProperty('truncated');
  });

  test.each(framesOf)('goes out with its text cut, if it has to be: %s', (_name, eventOf) => {
    const message = sent(eventOf(huge));
    expect(message).toMatchObject({ message_id: 3, truncated: true });
    expect(huge.text.startsWith(message.text)).toBe(true);
    expect(message.text.length).toBeGreaterThan(5_000);
  });

  test('keeps its text in a sync whose receipts take up space: the next page has the receipts', () => {
    const message = messageOf({ text: '\u0001'.repeat(20_000) });
    const seen = Array.from({ length: 500 }, (_, index) => ({
      user: `${index}-${'u'.repeat(120)}`,
      message: 1,
    }));
    const changes = [{ kind: 'MessageSent', room: '1', message, seq: 1 }] as const;
    const page = { since: 0, changes, seq: 1, hasMore: false, complete: true, receipts: [], seen } as const;
    expect(encode({ kind: 'Synced', room: '1', ...page })).toMatchObject({
      events: [{ message: { text: message.text } }],
      seq: 1,
      has_more: true,
      seen: [],
    });
  });

  test('is in its page of the history, whatever its size', () => {
    const pageOf = (length: number) =>
      encode({
        kind: 'HistoryLoaded',
        room: '1',
        messages: [messageOf({ text: 'x'.repeat(length) })],
        hasMore: true,
      }) as { messages: { truncated?: true }[] };
    let [whole, cut] = [1, MAX_FRAME_BYTES];
    while (cut - whole > 1) {
      const middle = Math.floor((whole + cut) / 2);
      if (pageOf(middle).messages[0]?.truncated) cut = middle;
      else whole = middle;
    }
    for (let length = whole - 5; length <= cut + 5; length++) expect(pageOf(length).messages).toHaveLength(1);
  });

  test('does not hide the older ones: the next page has them', () => {
    const page = encode({
      kind: 'HistoryLoaded',
      room: '1',
      messages: [reacted, huge, small],
      hasMore: false,
    });
    expect(page).toMatchObject({ messages: [{ message_id: 2 }], has_more: true });
  });
});

describe('the reactions of a message', () => {
  const reactionsFor = (count: number, users: readonly string[]) => {
    const message = messageOf({ reactions: { '👍': { count, users } } });
    return encode({ kind: 'MessageRead', room: '1', message });
  };

  test('list all users up to 50, and above that a count with some of them', () => {
    const users = Array.from({ length: 50 }, (_, index) => String(index));
    expect(reactionsFor(50, users)).toMatchObject({ message: { reactions: { '👍': users.map(Number) } } });
    expect(reactionsFor(51, users)).toMatchObject({
      message: { reactions: { '👍': { count: 51, users: users.map(Number) } } },
    });
  });

  test('of a fan-out of the previous release are readable', () => {
    const message = messageOf({ reactions: { '👍': ['1', '2'] } as never });
    expect(encode({ kind: 'MessageRead', room: '1', message })).toMatchObject({
      message: { reactions: { '👍': [1, 2] } },
    });
  });
});

describe('Parley’s own fields', () => {
  test('every change accepts a client id and a room id', () => {
    const own = { client_id: 'a-1', room_id: 7 };
    const common = { clientId: 'a-1', room: '7' };
    expect(decode({ action: 'send', message: 'hi', reply_to: '3', ...own })).toEqual({
      kind: 'SendMessage',
      text: 'hi',
      type: 'text',
      replyTo: 3,
      ...common,
    });
    expect(decode({ action: 'edit', message_id: '3', text: 'ho', ...own })).toMatchObject(common);
    expect(decode({ action: 'delete', message_id: 3, ...own })).toMatchObject(common);
  });

  test.each([
    ['❤', '❤️'],
    ['👁‍🗨', '👁️‍🗨️'],
    ['👁️‍🗨', '👁️‍🗨️'],
    ['🏳‍🌈', '🏳️‍🌈'],
    ['1⃣', '1️⃣'],
    ['#⃣', '#️⃣'],
    ['👍️', '👍'],
    ['👍️🏽', '👍🏽'],
    ['🏃‍♂', '🏃‍♂️'],
    ['👩‍❤‍👨', '👩‍❤️‍👨'],
    ['🕵🏽‍♀', '🕵🏽‍♀️'],
    ['⛹️🏽‍♀️', '⛹🏽‍♀️'],
    ['©', '©️'],
    ['🇩🇪️', '🇩🇪'],
  ])('%s is one emoji with %s', (emoji, qualified) => {
    const react = (text: string) => decode({ action: 'react', message_id: 1, emoji: text });
    expect(react(emoji)).toMatchObject({ kind: 'React', emoji: qualified });
    expect(react(qualified)).toMatchObject({ emoji: qualified });
  });

  test.each(['👍', '❤️', '👩‍👩‍👧‍👦', '#️⃣', '🇩🇪', '👍🏽', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'])('%s is an emoji', (emoji) => {
    expect(decode({ action: 'react', message_id: 1, emoji })).toMatchObject({ kind: 'React', emoji });
  });

  test('history is loaded in pages', () => {
    expect(decode({ action: 'history', before: 63, limit: 20 })).toEqual({
      kind: 'LoadHistory',
      before: 63,
      limit: 20,
    });
    expect(decode({ action: 'history' })).toEqual({ kind: 'LoadHistory', limit: 50 });
    const event: Event = { kind: 'HistoryLoaded', room: '1', messages: [messageOf()], hasMore: true };
    expect(encode(event)).toMatchObject({ type: 'history', messages: [{ message_id: 1 }], has_more: true });
  });

  test('pong has the last sequence number', () => {
    expect(decode({ action: 'ping' })).toEqual({ kind: 'Ping' });
    expect(encode({ kind: 'Ponged', room: '1', seq: 57 })).toEqual({ type: 'pong', seq: 57 });
  });

  test('a change has its sequence number, and its room id if it is not the connection’s own room', () => {
    const sent: Event = { kind: 'MessageSent', room: '1', message: messageOf(), seq: 1 };
    expect(encode(sent)).toMatchObject({ seq: 1 });
    expect(encode(sent)).not.toHaveProperty('room_id');
    expect(encode(sent, { viewer: '2', elsewhere: true })).toMatchObject({ room_id: 1 });
  });

  test('only the author receives a client id', () => {
    const event: Event = { kind: 'MessageSent', room: '1', message: messageOf({ clientId: 'a-1' }), seq: 1 };
    expect(encode(event)).toMatchObject({ message: { client_id: 'a-1' } });
    expect(encode(event, { viewer: '2', elsewhere: false })).not.toHaveProperty('message.client_id');
  });

  test('presence has the user and the status', () => {
    const presence = { user: '2', online: false, lastSeen: '2025-02-16T12:34:56.789Z' };
    expect(encode({ kind: 'PresenceChanged', room: '1', presence })).toEqual({
      type: 'presence',
      user_id: 2,
      status: 'offline',
      last_seen: '2025-02-16T12:34:56.789Z',
    });
  });

  test('an id that is not a canonical integer stays a string', () => {
    for (const id of ['auth0|7', '007', '9007199254740993', '']) {
      const event: Event = {
        kind: 'MessageSent',
        room: '1',
        message: messageOf({ author: { id, username: '', email: '', userType: '' } }),
        seq: 1,
      };
      expect(encode(event)).toMatchObject({ message: { sender_id: id } });
    }
  });
});

describe('an invalid frame', () => {
  const refusalOf = (body: string) => {
    try {
      return action.decode(body, alice);
    } catch (error) {
      return error;
    }
  };

  test.each([
    ['text that is not JSON', 'hello', 'BAD_FRAME'],
    ['an empty frame', '', 'BAD_FRAME'],
    ['an array', '[]', 'BAD_FRAME'],
    ['null', 'null', 'BAD_FRAME'],
    ['a number', '7', 'BAD_FRAME'],
    ['no action', '{}', 'BAD_FRAME'],
    ['an action that is not a string', '{"action":7}', 'BAD_FRAME'],
    ['an unknown action', '{"action":"fly"}', 'UNKNOWN_ACTION'],
    ['an action that is a property of every object', '{"action":"constructor"}', 'UNKNOWN_ACTION'],
    ['an action that is a property of every prototype', '{"action":"__proto__"}', 'UNKNOWN_ACTION'],
    ['a text that is not a string', '{"action":"send","message":{"a":1}}', 'BAD_FRAME'],
    ['no text', '{"action":"send"}', 'BAD_FRAME'],
    ['a text in the prototype', '{"action":"send","__proto__":{"message":"hi"}}', 'BAD_FRAME'],
    ['a message id of zero', '{"action":"delete","message_id":0}', 'BAD_FRAME'],
    ['a message id that is not an integer', '{"action":"delete","message_id":1.5}', 'BAD_FRAME'],
    ['an unsafe message id', '{"action":"delete","message_id":1e300}', 'BAD_FRAME'],
    ['a message id that is a word', '{"action":"delete","message_id":"one"}', 'BAD_FRAME'],
    ['a long client id', `{"message":"hi","client_id":"${'x'.repeat(129)}"}`, 'BAD_FRAME'],
    ['a client id with a lone surrogate', '{"message":"hi","client_id":"\\ud800"}', 'BAD_FRAME'],
    [
      'an emoji that is a property of every object',
      '{"action":"react","message_id":1,"emoji":"__proto__"}',
      'BAD_FRAME',
    ],
    ['two emoji', '{"action":"react","message_id":1,"emoji":"👍👍"}', 'BAD_FRAME'],
    ['a word instead of an emoji', '{"action":"react","message_id":1,"emoji":"constructor"}', 'BAD_FRAME'],
    ['a file that is not a string', '{"action":"send","message":"hi","file":{"a":1}}', 'BAD_FRAME'],
    ['a page size above the limit', '{"action":"history","limit":51}', 'BAD_FRAME'],
  ])('is refused with the error code of its fault: %s', (_frame, body, code) => {
    expect(refusalOf(body)).toMatchObject({ code });
  });

  test('is refused in a frame with the same client id', () => {
    expect(refusalOf('{"action":"send","client_id":"a-1"}')).toMatchObject({ clientId: 'a-1' });
    const event: Event = { kind: 'Refused', room: '1', code: 'BAD_FRAME', reason: 'why', clientId: 'a-1' };
    expect(encode(event)).toEqual({ type: 'error', code: 'BAD_FRAME', message: 'why', client_id: 'a-1' });
  });

  test('is refused without quoting its content', () => {
    expect(String(refusalOf('{"message": secret words'))).not.toContain('secret');
  });
});

test('the error codes do not change', () => {
  expect([...errorCodes].sort()).toEqual(
    [
      'BANNED',
      'WRONG_USER',
      'CONNECTION_REMOVED',
      'ROOM_REQUIRED',
      'TOO_MANY_ROOMS',
      'OWN_ROOM',
      'RECEIVER_NOT_A_MEMBER',
      'REPLY_NOT_FOUND',
      'CLIENT_ID_REUSED',
      'TOO_MANY_REACTIONS',
      'FILE_TYPE_NOT_ALLOWED',
      'FILE_NOT_FOUND',
      'FILE_BUDGET_USED',
      'UNAUTHENTICATED',
      'TOKEN_EXPIRED',
      'NOT_A_MEMBER',
      'MUTED',
      'RATE_LIMITED',
      'ROOM_NOT_FOUND',
      'MESSAGE_NOT_FOUND',
      'NOT_THE_AUTHOR',
      'BAD_FRAME',
      'UNKNOWN_ACTION',
      'EMPTY_TEXT',
      'TOO_LONG',
      'FILE_TOO_LARGE',
      'INTERNAL',
    ].sort(),
  );
});

test('a history of long messages is cut to API Gateway’s frame limit, newest first', () => {
  const long = Array.from({ length: 50 }, (_, index) =>
    messageOf({ id: 50 - index, text: '😀'.repeat(8_000) }),
  );
  const frame = action.encode({ kind: 'Connected', room: '1', user: alice, messages: long }, own) ?? '';
  expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(MAX_FRAME_BYTES);
  const shown = JSON.parse(frame);
  expect(shown).toHaveLength(4);
  expect(shown[0].message_id).toBe(50);
  expect(encode({ kind: 'HistoryLoaded', room: '1', messages: long, hasMore: false })).toMatchObject({
    has_more: true,
  });
});
