import { describe, expect, test } from 'vitest';
import { deliveryStatus, receiptAudience, receivesEvent } from '../../../functions/domain/audience.ts';
import { bringsOnline, leavesOffline } from '../../../functions/domain/connection.ts';
import { isStatusBelow } from '../../../functions/domain/message.ts';
import { alice, bob, connectionOf } from '../../support/sample.ts';

describe('the status of a message', () => {
  test('stays sent while only devices of its author received it', () => {
    expect(deliveryStatus(alice, [connectionOf(alice), connectionOf(alice, { id: 'phone=' })])).toBe('sent');
  });

  test('is delivered when a connection with manual reads received it', () => {
    expect(deliveryStatus(alice, [connectionOf(bob, { reads: 'manual' })])).toBe('delivered');
  });

  test('is read when a connection with automatic reads received it', () => {
    expect(deliveryStatus(alice, [connectionOf(bob, { reads: 'manual' }), connectionOf(bob)])).toBe('read');
  });

  test('never goes down', () => {
    expect(isStatusBelow({ status: 'read' }, 'delivered')).toBe(false);
    expect(isStatusBelow({ status: 'delivered' }, 'delivered')).toBe(false);
    expect(isStatusBelow({ status: 'sent' }, 'read')).toBe(true);
  });
});

test('sends receipts to all of up to 50 connections, and only to the author in larger rooms', () => {
  const others = Array.from({ length: 49 }, (_, index) => connectionOf(bob, { id: `${index}=` }));
  const small = [connectionOf(alice), ...others];
  expect(receiptAudience(alice, small)).toHaveLength(50);
  expect(receiptAudience(alice, [...small, connectionOf(bob)])).toEqual([connectionOf(alice)]);
});

test('sends a connection with receipts=author the receipts of its user only', () => {
  const quiet = (user: typeof alice, id: string) => connectionOf(user, { id, receipts: 'author' });
  const connections = [quiet(alice, 'a='), quiet(bob, 'b='), connectionOf(bob)];
  expect(receiptAudience(alice, connections)).toEqual([connections[0], connections[2]]);
  expect(receiptAudience(bob, connections)).toEqual(connections.slice(1));
});

test('sends a connection with receipts=author the read marks of its user, and those of its user’s messages', () => {
  const quiet = connectionOf(alice, { receipts: 'author' });
  const seen = { kind: 'Seen', room: '1', messageId: 1 } as const;
  const bobs = { ...seen, user: bob.id };
  expect(receivesEvent(quiet, { ...bobs, authors: ['3'] })).toBe(false);
  expect(receivesEvent(connectionOf(alice), { ...bobs, authors: ['3'] })).toBe(true);
  expect(receivesEvent(quiet, { ...bobs, authors: ['3', alice.id] })).toBe(true);
  expect(receivesEvent(quiet, { ...seen, user: alice.id, authors: [] })).toBe(true);
  expect(receivesEvent(quiet, { ...seen, user: alice.id, guest: true, authors: [] })).toBe(false);
  // The `fanout` of an earlier release has no authors.
  expect(receivesEvent(quiet, bobs)).toBe(true);
});

test('does not count inboxes, and sends them no receipts', () => {
  const inboxes = Array.from({ length: 60 }, (_, index) =>
    connectionOf(bob, { id: `${index}=`, via: 'inbox' }),
  );
  const inside = [connectionOf(alice), connectionOf(bob)];
  expect(receiptAudience(alice, [...inboxes, ...inside])).toEqual(inside);
});

describe('presence', () => {
  const desk = connectionOf(bob, { id: 'desk=', connectedAt: 1 });
  const phone = connectionOf(bob, { id: 'phone=', connectedAt: 2 });

  test('starts with the oldest of a user’s connections, even if several open at once', () => {
    expect(bringsOnline(desk, [desk, phone, connectionOf(alice)])).toBe(true);
    expect(bringsOnline(phone, [desk, phone])).toBe(false);
    expect(bringsOnline({ ...phone, connectedAt: 1 }, [desk, { ...phone, connectedAt: 1 }])).toBe(false);
  });

  test('ends with the user’s last connection', () => {
    expect(leavesOffline(desk, [phone, connectionOf(alice)])).toBe(false);
    expect(leavesOffline(desk, [connectionOf(alice)])).toBe(true);
  });
});
