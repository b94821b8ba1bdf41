import { describe, expect, test } from 'vitest';
import {
  connectionKey,
  logKey,
  memberKey,
  parseShardKey,
  profileKey,
  repeatKey,
  roomKey,
  shardOf,
} from '../../../functions/store/keys.ts';

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
