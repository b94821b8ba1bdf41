import { describe, expect, test } from 'vitest';
import { action } from '../../functions/dialects/action/decode.ts';
import { actionExamples } from '../../functions/dialects/action/examples.ts';
import { content } from '../../functions/dialects/content/content.ts';
import { MAX_FRAME_BYTES, type View } from '../../functions/dialects/dialect.ts';
import { requestedChanges, requestedReads, requestedRoom } from '../../functions/dialects/handshake.ts';
import { operation } from '../../functions/dialects/operation/operation.ts';
import { type } from '../../functions/dialects/type/type.ts';
import { errorCodes } from '../../functions/domain/errors.ts';
import type { Event } from '../../functions/domain/event.ts';
import { BOT, type User } from '../../functions/domain/member.ts';
import type { Message } from '../../functions/domain/message.ts';
import { alice, messageOf } from '../support/sample.ts';

const own: View = { viewer: '1', elsewhere: false, changes: 'all' };
const decode = (frame: unknown) => action.decode(JSON.stringify(frame), alice);
const encode = (event: Event, view: View = own): unknown => JSON.parse(action.encode(event, view) ?? 'null');

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

describe('the author of a message', () => {
  const sent = (author: User, reader: Partial<View> = {}) =>
    (
      encode(
        { kind: 'MessageSent', room: '1', message: messageOf({ author }), seq: 1 },
        { ...own, ...reader },
      ) as {
        message: object;
      }
    ).message;
  const ann = { ...alice, name: 'Ann Kay', avatarUrl: 'https://example.com/ann.png' };

  test('has the name that others see, and a picture', () => {
    expect(sent(ann)).toMatchObject({ sender_name: 'Ann Kay', sender_avatar: ann.avatarUrl });
    const bot = { id: 'bot:orders', username: 'Orders', email: '', userType: BOT };
    expect(sent(bot)).toMatchObject({ sender_id: 'bot:orders', sender_name: 'Orders' });
  });

  test('of an earlier release has the user name and no picture', () => {
    expect(sent(alice)).toMatchObject({ sender_name: 'alice', sender_email: 'alice@example.com' });
    expect(sent(alice)).not.toHaveProperty('sender_avatar');
  });

  test('has the user name in place of the email address with exposeEmail: false, except for themselves', () => {
    const author = { ...ann, username: 'ann@example.com', name: 'Ann (ann@example.com)' };
    const others = { viewer: '2', hidesEmails: true };
    const seen = { sender_email: 'ann', sender_name: 'Ann (ann' };
    expect(sent(author, others)).toMatchObject(seen);
    expect(sent(author, { ...others, guest: true })).toMatchObject(seen);
    expect(sent(author, { ...others, viewer: author.id })).toMatchObject({
      sender_email: 'alice@example.com',
      sender_name: author.name,
    });
  });

  test('has no email address for guests', () => {
    const seen = sent({ ...alice, username: 'a@example.com' }, { viewer: 'guest:x', guest: true });
    expect(seen).toMatchObject({ sender_email: '', sender_name: 'a' });
  });
});

describe('a change of a room', () => {
  const change = {
    kind: 'room',
    seq: 8,
    by: '1',
    at: '2026-03-02T09:16:00.000Z',
    changes: { name: 'Team' },
  } as const;
  const updated: Event = { kind: 'RoomChanged', room: '1', change };
  const page: Event = {
    ...{
      kind: 'Synced',
      room: '1',
      since: 7,
      seq: 8,
      hasMore: false,
      complete: true,
      receipts: [],
      seen: [],
    },
    changes: [{ kind: 'RoomChanged', room: '1', change }],
  };
  const { changes: _, ...earlier } = own;

  test('is sent to a socket that asked for all changes', () => {
    const event = { type: 'room_updated', room: { name: 'Team' }, by: 1, seq: 8 };
    expect(encode(updated)).toEqual(event);
    expect(encode(page)).toMatchObject({ events: [event], seq: 8 });
  });

  test('is not sent to other sockets, to which its number looks unused', () => {
    expect(encode(updated, earlier)).toBeNull();
    expect(encode(page, earlier)).toMatchObject({ events: [], seq: 8, has_more: false, complete: true });
  });

  test('that hides a message, changes preferences or blocks, or deletes the room is not sent to them either', () => {
    const preferences = { notify: 'none', pinned: false, hidden: true } as const;
    const events: readonly Event[] = [
      { kind: 'Hidden', room: '1', seq: 8 },
      { kind: 'PreferencesChanged', room: '1', user: '1', preferences },
      { kind: 'BlockChanged', room: '1', user: '2', blocked: true, revision: 3 },
      { kind: 'RoomDeleted', room: '1' },
    ];
    for (const event of events) {
      expect(encode(event)).not.toBeNull();
      expect(encode(event, earlier)).toBeNull();
    }
  });

  test('is sent to no other dialect', () => {
    for (const dialect of [content, type, operation]) expect(dialect.encode(updated, own)).toBeUndefined();
  });

  test('needs changes=all in the handshake', () => {
    expect(requestedChanges({ changes: 'all' }, action)).toBe('all');
    expect(requestedChanges({ changes: 'some' }, action)).toBeUndefined();
    expect(requestedChanges({ changes: 'all' }, content)).toBeUndefined();
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
  const author = { ...alice, avatarUrl: `https://example.com/${'x'.repeat(2_000)}` };
  const data = { text: 'x'.repeat(2_000) };
  const huge = messageOf({ id: 3, text: '\u0001\u0002'.repeat(40_000), reactions, author, data });
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

  test.each(framesOf)(
    'goes out with its text cut and all of its data, if it has to be: %s',
    (_name, eventOf) => {
      const message = sent(eventOf(huge));
      expect(message).toMatchObject({
        message_id: 3,
        truncated: true,
        sender_avatar: author.avatarUrl,
        data,
      });
      expect(huge.text.startsWith(message.text)).toBe(true);
      expect(message.text.length).toBeGreaterThan(5_000);
    },
  );

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
      'MESSAGE_REFUSED',
      'CHECK_FAILED',
      'POSTING_RESTRICTED',
      'ROOM_ARCHIVED',
      'SLOW_MODE',
      'TOO_MANY_PINS',
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
