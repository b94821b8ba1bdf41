import { expect, test } from 'vitest';
import { directRoomId, directRoomUsers } from '../../../functions/domain/room.ts';

test('the id of a direct room does not depend on the order of its users', () => {
  expect(directRoomId('2', '1')).toBe('direct:1:2');
  expect(directRoomId('1', '2')).toBe('direct:1:2');
  expect(directRoomId('auth0|b', 'auth0|a')).toBe(directRoomId('auth0|a', 'auth0|b'));
});

test('sorts numeric user ids as numbers', () => {
  expect(directRoomId('10', '9')).toBe('direct:9:10');
});

test('different pairs of users have different direct rooms', () => {
  expect(directRoomId('a:b', 'c')).not.toBe(directRoomId('a', 'b:c'));
});

test('parses the users of a direct room only in canonical order', () => {
  expect(directRoomUsers('direct:1:2')).toEqual(['1', '2']);
  expect(directRoomUsers(directRoomId('a:b', 'c%'))).toEqual(['a:b', 'c%']);
  for (const id of ['direct:2:1', 'direct:1:1', 'direct:1', 'direct:1:2:3', 'direct::1', 'group:1:2', '1']) {
    expect(directRoomUsers(id)).toBeUndefined();
  }
});
