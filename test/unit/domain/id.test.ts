import { expect, test } from 'vitest';
import { isUserId } from '../../../functions/domain/id.ts';
import { isRoomId } from '../../../functions/domain/room.ts';
import { hostileRoomIds, hostileUserIds, refusedIds } from '../../support/hostile-ids.ts';

test.each(hostileUserIds)('a user can have the id %j', (id) => {
  expect(isUserId(id)).toBe(true);
});

test.each(hostileRoomIds)('a room can have the id %j', (id) => {
  expect(isRoomId(id)).toBe(true);
});

test.each(refusedIds)('neither a user nor a room can have the id %j', (id) => {
  expect([isUserId(id), isRoomId(id)]).toEqual([false, false]);
});

test('a user id has at most 128 bytes, a room id 300', () => {
  for (const id of ['x'.repeat(129), '日'.repeat(43), '👍'.repeat(33)]) {
    expect([isUserId(id), isRoomId(id)]).toEqual([false, true]);
  }
});

test('only a user can have an id that begins with #, because such a room id means an inbox', () => {
  expect([isUserId('#1'), isRoomId('#1')]).toEqual([true, false]);
});
