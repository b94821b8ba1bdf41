import { describe, expect, test } from 'vitest';
import { deliveryStatus, receiptAudience } from '../../../functions/domain/audience.ts';
import { bringsOnline, leavesOffline } from '../../../functions/domain/connection.ts';
import { isStatusBelow } from '../../../functions/domain/message.ts';
import { alice, bob, connectionOf } from '../../support/sample.ts';

describe('a message', () => {
  test('stays sent while only its author has it, on however many devices', () => {
    expect(deliveryStatus('1', [connectionOf(alice), connectionOf(alice, { id: 'phone=' })])).toBe('sent');
  });

  test('is delivered to a member that says itself what it has read', () => {
    expect(deliveryStatus('1', [connectionOf(bob, { reads: 'manual' })])).toBe('delivered');
  });

  test('is read as soon as one member who reads at once has it', () => {
    expect(deliveryStatus('1', [connectionOf(bob, { reads: 'manual' }), connectionOf(bob)])).toBe('read');
  });

  test('never goes back', () => {
    expect(isStatusBelow({ status: 'read' }, 'delivered')).toBe(false);
    expect(isStatusBelow({ status: 'delivered' }, 'delivered')).toBe(false);
    expect(isStatusBelow({ status: 'sent' }, 'read')).toBe(true);
  });
});

test('receipts go to everyone up to 50 connections, above that to the author only', () => {
  const others = Array.from({ length: 49 }, (_, index) => connectionOf(bob, { id: `${index}=` }));
  const small = [connectionOf(alice), ...others];
  expect(receiptAudience('1', small)).toHaveLength(50);
  expect(receiptAudience('1', [...small, connectionOf(bob)])).toEqual([connectionOf(alice)]);
});

test('inboxes that look at a room do not make it larger, and get no receipts', () => {
  const inboxes = Array.from({ length: 60 }, (_, index) =>
    connectionOf(bob, { id: `${index}=`, via: 'inbox' }),
  );
  const inside = [connectionOf(alice), connectionOf(bob)];
  expect(receiptAudience('1', [...inboxes, ...inside])).toEqual(inside);
});

describe('presence', () => {
  const desk = connectionOf(bob, { id: 'desk=', connectedAt: 1 });
  const phone = connectionOf(bob, { id: 'phone=', connectedAt: 2 });

  test('is announced by the first of a user’s connections, also when two open at the same time', () => {
    expect(bringsOnline(desk, [desk, phone, connectionOf(alice)])).toBe(true);
    expect(bringsOnline(phone, [desk, phone])).toBe(false);
    expect(bringsOnline({ ...phone, connectedAt: 1 }, [desk, { ...phone, connectedAt: 1 }])).toBe(false);
  });

  test('ends with the last of a user’s connections', () => {
    expect(leavesOffline(desk, [phone, connectionOf(alice)])).toBe(false);
    expect(leavesOffline(desk, [connectionOf(alice)])).toBe(true);
  });
});
