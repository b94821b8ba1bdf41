import { expect, test } from 'vitest';
import { bringsOnline, leavesOffline } from '../../../functions/domain/connection.ts';
import { alice, bob, connectionOf, NOON } from '../../support/sample.ts';

const at = (id: string, connectedAt: number, more = {}) => connectionOf(bob, { id, connectedAt, ...more });
const others = [connectionOf(alice, { connectedAt: 0 })];

test('the age of a joined connection counts from when it joined', () => {
  const there = at('a=', NOON);
  const joins = at('b=', NOON - 60_000, { via: 'joined', joinedAt: NOON + 1 });
  expect(bringsOnline(joins, [...others, there, joins])).toBe(false);
  expect(bringsOnline(there, [...others, there, joins])).toBe(true);
  expect(leavesOffline(there, [...others, joins])).toBe(false);
});

test('an inbox does not make its user present', () => {
  const there = at('a=', NOON);
  const inbox = at('b=', NOON - 60_000, { via: 'inbox' });
  expect(bringsOnline(there, [...others, there, inbox])).toBe(true);
  expect(leavesOffline(there, [...others, inbox])).toBe(true);
});
