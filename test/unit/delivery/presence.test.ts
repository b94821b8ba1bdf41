import { describe, expect, test, vi } from 'vitest';
import { ModelledTables } from '../../../bench/modelled-tables.ts';
import type { Poster } from '../../../functions/delivery/poster.ts';
import { announcePresence, sampleRoom } from '../../../functions/delivery/presence.ts';
import { CLOCK_TOLERANCE_MS, type Connection } from '../../../functions/domain/connection.ts';
import { roomOfRows } from '../../support/connection-rows.ts';
import { alice, bob, connectionOf, NOON } from '../../support/sample.ts';

const many = (count: number, more: Partial<Connection> = {}) =>
  Array.from({ length: count }, (_, index) =>
    connectionOf(bob, { ...more, id: `${index}${more.tokenExpiresAt}=` }),
  );

describe('the sample of a room', () => {
  const sample = (connections: readonly Connection[], shards = 1) =>
    sampleRoom({ id: '1', shards }, { db: roomOfRows(...connections).db, now: () => NOON });

  test('has all connections of a room with 100, which is not large', async () => {
    const { isLarge, connections } = await sample(many(100));
    expect(isLarge).toBe(false);
    expect(connections).toHaveLength(100);
  });

  test('finds a room with 101 connections large', async () => {
    expect(await sample(many(101))).toMatchObject({ isLarge: true });
  });

  test('does not count connections with an expired token', async () => {
    const expired = many(60, { tokenExpiresAt: NOON - CLOCK_TOLERANCE_MS - 1 });
    expect(await sample([...many(60), ...expired])).toMatchObject({ isLarge: false });
  });

  test('has no list of connections if the room has more than one shard', async () => {
    expect(await sample(many(3), 2)).toEqual({ isLarge: false });
  });

  test('finds 101 connections even if the shard lists many inboxes before them', async () => {
    const tables = new ModelledTables({ latency: async () => undefined, rowsPerPage: 150 });
    const rows = [
      ...many(200, { via: 'inbox' }),
      ...many(101).map((row) => ({ ...row, id: `here ${row.id}` })),
    ];
    for (const row of rows) tables.putConnection({ ...row, shard: 0 });
    const context = { db: tables.database, now: () => NOON };
    expect(await sampleRoom({ id: '1', shards: 1 }, context)).toMatchObject({ isLarge: true });
  });
});

test.each([
  [100, 99],
  [101, 0],
])('in a room with %i connections presence is announced to %i', async (count, announced) => {
  const post = vi.fn<Poster['post']>(async () => 'delivered');
  const others = Array.from({ length: count - 1 }, (_, index) => connectionOf(bob, { id: `${index}=` }));
  const poster: Poster = { post, isOpen: async () => true, close: async () => true };
  for (const online of [true, false]) {
    post.mockClear();
    const connection = connectionOf(alice);
    await announcePresence(connection, online, [connection, ...others], NOON, {
      poster,
      now: () => NOON,
    });
    expect(post).toHaveBeenCalledTimes(announced);
  }
});
