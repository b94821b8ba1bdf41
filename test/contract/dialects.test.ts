import { describe, expect, test } from 'vitest';
import { content } from '../../functions/dialects/content/content.ts';
import { contentExamples } from '../../functions/dialects/content/examples.ts';
import { dialectNamed } from '../../functions/dialects/handshake.ts';
import { operationExamples } from '../../functions/dialects/operation/examples.ts';
import { operation } from '../../functions/dialects/operation/operation.ts';
import { typeExamples } from '../../functions/dialects/type/examples.ts';
import { type } from '../../functions/dialects/type/type.ts';
import type { Event } from '../../functions/domain/event.ts';
import { SYSTEM } from '../../functions/domain/member.ts';
import { alice, bob, messageOf, reactionOf } from '../support/sample.ts';

const view = { viewer: '1', elsewhere: false };
const user = { ...alice, id: 'user_id', username: 'user' };

describe.each([
  ['content', content, contentExamples],
  ['type', type, typeExamples],
  ['operation', operation, operationExamples],
])('the dialect %s', (name, dialect, examples) => {
  test('is found by name', () => expect(dialect).toMatchObject(dialectNamed(name) as object));

  test.each(examples.in)('decodes $clause', ({ frame, command }) => {
    expect(dialect.decode(JSON.stringify(frame), user)).toEqual(command);
  });

  test.each(examples.out)('encodes $clause with at least the fields shown', ({ event, frame }) => {
    expect(JSON.parse(dialect.encode(event, view) ?? 'null')).toMatchObject(frame as object);
  });

  test('does not encode events that its contract has no frame for', () => {
    const presence: Event = {
      kind: 'PresenceChanged',
      room: '1',
      presence: { user: '2', online: true, lastSeen: '2025-02-16T12:34:56.789Z' },
    };
    const reacted: Event = {
      kind: 'MessageChanged',
      room: '1',
      message: messageOf(),
      change: reactionOf(),
    };
    expect(dialect.encode(presence, view)).toBeUndefined();
    expect(dialect.encode(reacted, view)).toBeUndefined();
    expect(dialect.encode({ kind: 'MessageRead', room: '1', message: messageOf() }, view)).toBeUndefined();
  });

  test.each([
    'hello',
    '[]',
    'null',
    '{}',
    '{"__proto__":{"content":"x","type":"chat_message","message":"x"}}',
  ])('refuses %s', (body) => {
    expect(() => dialect.decode(body, user)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/BAD_FRAME|EMPTY_TEXT|UNKNOWN_ACTION/) }),
    );
  });
});

test('messages of the contracts S2 to S4 have the name and the picture of their author', () => {
  const author = {
    ...bob,
    username: 'bob@example.com',
    name: 'Bob',
    avatarUrl: 'https://example.com/bob.png',
  };
  const event: Event = { kind: 'MessageSent', room: '1', message: messageOf({ author }), seq: 1 };
  for (const [hidesEmails, username] of [
    [false, 'bob@example.com'],
    [true, 'bob'],
  ] as const) {
    const sent = (dialect: typeof content) =>
      JSON.parse(dialect.encode(event, { ...view, hidesEmails }) ?? 'null');
    const shown = { sender_name: 'Bob', sender_avatar: author.avatarUrl };
    const email = hidesEmails ? '' : 'bob@example.com';
    expect(sent(content)).toMatchObject({ message: { ...shown, sender: { username, email } } });
    expect(sent(type)).toMatchObject({ ...shown, sender_username: username });
    expect(sent(operation)).toMatchObject({ message: shown });
  }
});

test('a system message with data is a text of the user `system` in the contracts S2 to S4', () => {
  const message = messageOf({
    author: SYSTEM,
    type: 'system',
    text: 'Ann has joined',
    data: { secret: 1 },
  });
  const frames = [content, type, operation].map((dialect) => {
    const frame = dialect.encode({ kind: 'MessageSent', room: '1', message, seq: 1 }, view) ?? '';
    expect(frame).not.toContain('secret');
    return JSON.parse(frame);
  });
  expect(frames).toMatchObject([
    { type: 'message', message: { content: 'Ann has joined', sender: { id: 'system', username: 'system' } } },
    { type: 'chat_message', message: 'Ann has joined', sender_id: 'system', sender_username: 'system' },
    { operation: 'create', message: { body: 'Ann has joined', type: 'text', user: 'system' } },
  ]);
});

describe('contract S2', () => {
  const refusal = (body: string) => {
    try {
      content.decode(body, user);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test('refuses invalid JSON with exactly “Invalid JSON” (S2-errors)', () => {
    expect(refusal('{"content"')).toMatchObject({ message: 'Invalid JSON' });
  });

  test.each(['{}', '{"content":null}'])('refuses %s as empty content (S2-errors)', (body) => {
    expect(refusal(body)).toMatchObject({ code: 'EMPTY_TEXT' });
  });
});

describe('contract S3', () => {
  test('derives the UUID of a message from its room and id', () => {
    const idIn = (room: string) => {
      const event: Event = { kind: 'MessageSent', room, message: messageOf({ room }), seq: 1 };
      return JSON.parse(type.encode(event, view) ?? '').message_id;
    };
    expect(idIn('1')).toBe(idIn('1'));
    expect(idIn('1')).not.toBe(idIn('2'));
    expect(idIn('1')).toMatch(/^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });
});

describe('the field user of contract S4', () => {
  const frame = (from: string) => JSON.stringify({ operation: 'create', user: from, body: 'hi' });

  test('may be the id or the name of the signed-in user', () => {
    expect(operation.decode(frame('user_id'), user)).not.toHaveProperty('author');
    expect(operation.decode(frame('user'), user)).not.toHaveProperty('author');
  });

  test('may not be another user', () => {
    expect(() => operation.decode(frame(bob.id), user)).toThrow(
      expect.objectContaining({ code: 'WRONG_USER' }),
    );
  });

  test('may be any name for a guest', () => {
    expect(operation.decode(frame('visitor'), { ...user, guest: true })).toMatchObject({ author: 'visitor' });
  });
});

test.each(['a\ud83db', '', 'x'.repeat(129), 7])('content ignores the malformed client_id %j', (client_id) => {
  expect(content.decode(JSON.stringify({ content: 'hi', client_id }), user)).toEqual({
    kind: 'SendMessage',
    text: 'hi',
    type: 'text',
  });
});
