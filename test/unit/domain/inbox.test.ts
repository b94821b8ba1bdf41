import { describe, expect, test } from 'vitest';
import {
  checkMayJoin,
  MAX_INBOX_ROOMS,
  MAX_JOINED_ROOMS,
  receivesEvent,
} from '../../../functions/domain/audience.ts';
import type { Event } from '../../../functions/domain/event.ts';
import { directRoomId, inboxOf, isInbox } from '../../../functions/domain/room.ts';
import { alice, bob, connectionOf, deletionOf, editOf, messageOf, reactionOf } from '../../support/sample.ts';

const message = messageOf({ author: alice });
const room = '1';
const presence = { user: alice.id, online: true, lastSeen: '2025-02-16T12:34:56.789Z' };
const inbox = connectionOf(bob, { via: 'inbox' });

const received: readonly Event[] = [
  { kind: 'MessageSent', room, message, seq: 1 },
  { kind: 'Seen', room, messageId: 1, user: bob.id },
  { kind: 'Joined', room, seq: 1 },
  { kind: 'Left', room },
];

const notReceived: readonly Event[] = [
  { kind: 'MessageChanged', room, message, change: editOf() },
  { kind: 'MessageChanged', room, message, change: deletionOf() },
  { kind: 'MessageChanged', room, message, change: reactionOf() },
  { kind: 'MessageDelivered', room, message },
  { kind: 'MessageRead', room, message },
  { kind: 'Acknowledged', room, messageId: 1, status: 'read' },
  { kind: 'Seen', room, messageId: 1, user: alice.id },
  { kind: 'Seen', room, messageId: 1, user: bob.id, guest: true },
  { kind: 'TypingChanged', room, user: alice.id, typing: true },
  { kind: 'PresenceChanged', room, presence },
];

describe('an inbox', () => {
  test.each(received)('receives $kind', (event) => {
    expect(receivesEvent(inbox, event)).toBe(true);
  });

  test.each(notReceived)('does not receive $kind, unlike a connection in the room', (event) => {
    expect(receivesEvent(inbox, event)).toBe(false);
    for (const via of [{}, { via: 'joined' as const }]) {
      expect(receivesEvent(connectionOf(bob, via), event)).toBe(true);
    }
  });

  test.each([
    ['edit', editOf(), true],
    ['delete', deletionOf(), true],
    ['reaction', reactionOf(), false],
  ])('with `changes=all` receives each %s that a list of rooms shows', (_what, change, isReceived) => {
    const event = { kind: 'MessageChanged', room, message, change } as const;
    expect(receivesEvent({ ...inbox, changes: 'all' }, event)).toBe(isReceived);
    const blocked = { users: [alice.id], revision: 1 };
    expect(receivesEvent({ ...inbox, changes: 'all', blocked }, event)).toBe(false);
  });

  test('has an id that no room has', () => {
    expect(isInbox(inboxOf(alice.id))).toBe(true);
    expect(isInbox(inboxOf(alice.id).slice(1))).toBe(false);
    expect(isInbox(directRoomId('#1', '#2'))).toBe(false);
  });
});

test.each([
  ['its own room', '1', MAX_JOINED_ROOMS],
  ['its inbox', inboxOf('1'), MAX_JOINED_ROOMS + MAX_INBOX_ROOMS],
])('limits the rooms that a connection joins besides %s', (_home, home, limit) => {
  const own = 1;
  expect(() => checkMayJoin(home, own + limit - 1)).not.toThrow();
  expect(() => checkMayJoin(home, own + limit)).toThrow(expect.objectContaining({ code: 'TOO_MANY_ROOMS' }));
});
