import { describe, expect, test } from 'vitest';
import { action } from '../../functions/dialects/action/decode.ts';
import { content } from '../../functions/dialects/content/content.ts';
import type { View } from '../../functions/dialects/dialect.ts';
import { operation } from '../../functions/dialects/operation/operation.ts';
import { type } from '../../functions/dialects/type/type.ts';
import type { Event, LoggedEvent } from '../../functions/domain/event.ts';
import { actorId, BOT, type User } from '../../functions/domain/member.ts';
import { alice, deletionOf, editOf, messageOf, reactionOf } from '../support/sample.ts';

/** A guest who claims to be alice. */
const impostor: User = { id: alice.id, username: alice.id, email: '', userType: '', guest: true };

const viewOf = (user: User): View => ({
  viewer: actorId(user),
  elsewhere: false,
  ...(user.guest && { guest: true }),
});

const encode = (event: Event, user: User): string => action.encode(event, viewOf(user)) ?? '';

const guests = messageOf({ author: impostor, clientId: 'g-1' });
const sent: LoggedEvent = { kind: 'MessageSent', room: '1', message: guests, seq: 1 };

describe('a client id of a guest who claims a user’s id', () => {
  const changes = [editOf({ guest: true }), deletionOf({ guest: true }), reactionOf({ guest: true })];
  const events: Event[] = [
    sent,
    { kind: 'Connected', room: '1', user: alice, messages: [guests] },
    { kind: 'HistoryLoaded', room: '1', messages: [guests], hasMore: false },
    { kind: 'MessageDelivered', room: '1', message: guests },
    ...changes.map(
      (change): LoggedEvent => ({
        kind: 'MessageChanged',
        room: '1',
        message: messageOf(),
        change,
        clientId: 'g-1',
      }),
    ),
  ];

  test.each(events)('is sent to the guest, and not to the user: %j', (event) => {
    expect(encode(event, alice)).not.toContain('g-1');
    expect(encode(event, impostor)).toContain('g-1');
  });

  test('is not sent to the user in a page of changes', () => {
    const page = { since: 0, seq: 1, hasMore: false, complete: true, receipts: [], seen: [] };
    const synced: Event = { kind: 'Synced', room: '1', changes: [sent], ...page };
    expect(encode(synced, alice)).not.toContain('g-1');
  });

  test('of a message of the user is not sent to the guest', () => {
    const event: Event = { kind: 'MessageSent', room: '1', message: messageOf({ clientId: 'a-1' }), seq: 1 };
    expect(encode(event, impostor)).not.toContain('a-1');
    expect(encode(event, alice)).toContain('a-1');
  });
});

describe('the frame of a guest', () => {
  const frames: [Event, unknown][] = [
    [sent, { message: { sender_id: 1, guest: true } }],
    [
      { kind: 'Seen', room: '1', messageId: 1, user: '1', guest: true },
      { type: 'message_seen', user_id: 1, guest: true },
    ],
    [
      { kind: 'TypingChanged', room: '1', user: '1', guest: true, typing: true },
      { type: 'typing', user_id: 1, guest: true },
    ],
  ];

  test.each(frames)('says that the user id is only claimed: %j', (event, frame) => {
    expect(JSON.parse(encode(event, alice))).toMatchObject(frame as object);
  });

  test('has no such field for a user', () => {
    const event: Event = { kind: 'MessageSent', room: '1', message: messageOf(), seq: 1 };
    expect(encode(event, alice)).not.toContain('guest');
  });
});

describe.each([
  ['action', action],
  ['content', content],
  ['type', type],
  ['operation', operation],
])('a guest who speaks the dialect %s', (_name, dialect) => {
  /** Some issuers use the email address as the name. */
  const author = { ...alice, username: alice.email };
  const message = messageOf({ author });
  const ofBot = messageOf({ author: { ...author, userType: BOT } });
  const events: Event[] = [
    { kind: 'MessageSent', room: '1', message, seq: 1 },
    { kind: 'MessageSent', room: '1', message: ofBot, seq: 1 },
    { kind: 'Connected', room: '1', user: impostor, messages: [message] },
    { kind: 'HistoryLoaded', room: '1', messages: [message], hasMore: false },
    { kind: 'MessageRead', room: '1', message },
    { kind: 'MessageChanged', room: '1', message, change: editOf() },
  ];

  test('sees no email address', () => {
    const frames = events.map((event) => dialect.encode(event, viewOf(impostor)) ?? '');
    expect(frames.join()).not.toContain('example.com');
  });
});

test('users see the email address of a message’s author, and guests an empty one', () => {
  const event: Event = { kind: 'MessageSent', room: '1', message: messageOf(), seq: 1 };
  expect(JSON.parse(encode(event, alice))).toMatchObject({ message: { sender_email: alice.email } });
  expect(JSON.parse(encode(event, impostor))).toMatchObject({ message: { sender_email: '' } });
});
