import { expect, test } from 'vitest';
import { bringsOnline, leavesOffline } from '../../../functions/domain/connection.ts';
import { alice, bob, connectionOf, NOON } from '../../support/sample.ts';

const at = (id: string, connectedAt: number, more = {}) => connectionOf(bob, { id, connectedAt, ...more });
const others = [connectionOf(alice, { connectedAt: 0 })];

test('a connection that joins a room is as old there as its joining', () => {
  const there = at('a=', NOON);
  const joins = at('b=', NOON - 60_000, { via: 'joined', joinedAt: NOON + 1 });
  expect(bringsOnline(joins, [...others, there, joins])).toBe(false);
  expect(bringsOnline(there, [...others, there, joins])).toBe(true);
  expect(leavesOffline(there, [...others, joins])).toBe(false);
});

test('an inbox keeps nobody in a room', () => {
  const there = at('a=', NOON);
  const inbox = at('b=', NOON - 60_000, { via: 'inbox' });
  expect(bringsOnline(there, [...others, there, inbox])).toBe(true);
  expect(leavesOffline(there, [...others, inbox])).toBe(true);
});
