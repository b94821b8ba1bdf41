import { expect, test } from 'vitest';
import { directRoomId, directRoomUsers, hasValidId, isRoomId } from '../../../functions/domain/room.ts';
import { hostileUserIds } from '../../support/hostile-ids.ts';

test('the id of a direct room does not depend on the order of its users', () => {
  expect(directRoomId('2', '1')).toBe('direct:1:2');
  expect(directRoomId('1', '2')).toBe('direct:1:2');
  expect(directRoomId('auth0|b', 'auth0|a')).toBe(directRoomId('auth0|a', 'auth0|b'));
});

test('sorts numeric user ids as numbers', () => {
  expect(directRoomId('10', '9')).toBe('direct:9:10');
});

test('sorts numeric user ids that are equal as JavaScript numbers', () => {
  const [one, other] = ['175928847299117063', '175928847299117065'];
  expect(Number(one)).toBe(Number(other));
  expect(directRoomId(other, one)).toBe(`direct:${one}:${other}`);
  expect(directRoomId(one, other)).toBe(`direct:${one}:${other}`);
  expect(directRoomUsers(`direct:${other}:${one}`)).toBeUndefined();
});

test.each([
  ['1', '2', 'direct:1:2'],
  ['auth0|a', 'ü/?#', 'direct:auth0|a:ü/?#'],
  ['a%2Fb', 'c', 'direct:a%252Fb:c'],
  ['a:b', 'c', 'direct:a%3Ab:c'],
])('keeps the id of the direct room of %s and %s', (one, other, id) => {
  expect(directRoomId(one, other)).toBe(id);
});

test('the direct rooms of different pairs of users have different ids of at most 300 bytes', () => {
  const users = [...hostileUserIds, ':', '::', '%', '%3A', '1:2', '3:a', 'a:3:b'];
  const ids = new Map<string, string>();
  for (const [index, one] of users.entries()) {
    for (const other of users.slice(index + 1)) {
      const id = directRoomId(one, other);
      expect(directRoomId(other, one)).toBe(id);
      expect(new Set(directRoomUsers(id))).toEqual(new Set([one, other]));
      expect(isRoomId(id)).toBe(true);
      expect(ids.get(id)).toBeUndefined();
      ids.set(id, `${one} ${other}`);
    }
  }
});

test('only a direct room can have the id of one, and no room that of an inbox', () => {
  expect(hasValidId({ id: 'direct:1:2', kind: 'direct' })).toBe(true);
  for (const id of [
    'direct:1:2',
    'direct:',
    'direct:x',
    '#1',
    '#',
    '.',
    '..',
    '',
    '\0',
    '\ud800',
    'x'.repeat(301),
  ]) {
    expect(hasValidId({ id, kind: 'group' })).toBe(false);
  }
  for (const id of [
    '1',
    'direct:2:1',
    'direct:1',
    'direct:1:..',
    'direct::1:',
    'direct::9:12',
    'direct::1:12',
  ]) {
    expect(hasValidId({ id, kind: 'direct' })).toBe(false);
  }
});

test('parses the users of a direct room only in canonical order', () => {
  expect(directRoomUsers('direct:1:2')).toEqual(['1', '2']);
  expect(directRoomUsers(directRoomId('a:b', 'c%'))).toEqual(['a:b', 'c%']);
  for (const id of ['direct:2:1', 'direct:1:1', 'direct:1', 'direct:1:2:3', 'direct::1', 'group:1:2', '1']) {
    expect(directRoomUsers(id)).toBeUndefined();
  }
});
