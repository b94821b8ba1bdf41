import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { clientId as clientIdSchema } from '../../../functions/dialects/frame.ts';
import { isStoredUserId } from '../../../functions/domain/id.ts';
import {
  connectionKey,
  logKey,
  memberKey,
  parseShardKey,
  profileKey,
  repeatKey,
  roomKey,
  shardOf,
  userLimitKey,
  visitorKey,
} from '../../../functions/store/keys.ts';
import { hostileUserIds } from '../../support/hostile-ids.ts';

describe('keys', () => {
  test('of the log sort in the order of the sequence numbers', () => {
    const keys = [9, 10, 99, 100, Number.MAX_SAFE_INTEGER].map((seq) => logKey('1', seq).item);
    expect([...keys].sort()).toEqual(keys);
  });

  test('never collide, whatever characters the ids have', () => {
    expect(repeatKey('1', 'a#b', 'c')).not.toEqual(repeatKey('1', 'a', 'b#c'));
    expect(repeatKey('1', 'a%23b', 'c')).not.toEqual(repeatKey('1', 'a#b', 'c'));
    expect(roomKey('user#1').room).not.toBe(profileKey('1').room);
    expect(memberKey('1', '#').item).toBe('member#%23');
  });

  test('are within the limits of DynamoDB for every id: 2,048 bytes, and 1,024 for a sort key', () => {
    const bytes = (text: string) => Buffer.byteLength(text);
    const longest = hostileUserIds.filter((id) => bytes(id) > 100);
    expect(longest.length).toBeGreaterThan(3);
    for (const user of [...longest, '#'.repeat(128)]) {
      const room = '#'.repeat(300);
      const actor = `guest:${user}`;
      for (const clientId of ['#'.repeat(128), '日'.repeat(128)]) {
        expect(v.is(clientIdSchema, clientId)).toBe(true);
        const { room: partition, item } = repeatKey(room, actor, clientId);
        expect([bytes(partition) <= 2_048, bytes(item) <= 1_024]).toEqual([true, true]);
      }
      expect(bytes(memberKey(room, user).item)).toBeLessThanOrEqual(1_024);
      expect(bytes(visitorKey(room, actor).item)).toBeLessThanOrEqual(1_024);
      expect(bytes(userLimitKey(user, 'invite', user).item)).toBeLessThanOrEqual(1_024);
      expect(bytes(profileKey(user).room)).toBeLessThanOrEqual(2_048);
      expect(bytes(connectionKey(`#${user}`, 63, 'x=').room)).toBeLessThanOrEqual(2_048);
    }
    // A member of an earlier release, whom an owner removes.
    expect(isStoredUserId('#'.repeat(300))).toBe(true);
    expect(bytes(memberKey('1', '#'.repeat(300)).item)).toBeLessThanOrEqual(1_024);
  });

  test('of a connection can be parsed into its room and shard', () => {
    for (const room of ['1', 'direct:1:2', 'a#b', 'a%23b', '#']) {
      expect(parseShardKey(connectionKey(room, 7, 'x=').room)).toEqual({ room, shard: 7 });
    }
  });
});

test('connections spread evenly over shards', () => {
  const counts = [0, 0, 0, 0];
  for (let index = 0; index < 4_000; index++) {
    const shard = shardOf(`${index.toString(36)}socket=`, 4);
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  for (const count of counts) expect(count).toBeGreaterThan(800);
});
