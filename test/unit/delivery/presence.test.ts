import { expect, test } from 'vitest';
import { ModelledTables } from '../../../bench/modelled-tables.ts';
import { lookAt } from '../../../functions/delivery/presence.ts';
import { CLOCK_TOLERANCE_MS, type Connection } from '../../../functions/domain/connection.ts';
import { roomOfRows } from '../../support/connection-rows.ts';
import { bob, connectionOf, NOON } from '../../support/sample.ts';

const many = (count: number, more: Partial<Connection> = {}) =>
  Array.from({ length: count }, (_, index) =>
    connectionOf(bob, { ...more, id: `${index}${more.tokenExpiresAt}=` }),
  );

const look = (rows: readonly Connection[], shards = 1) =>
  lookAt({ id: '1', shards }, { db: roomOfRows(...rows).db, now: () => NOON });

test('a room of 100 is not crowded, and one look has brought all of its rows', async () => {
  const { crowded, rows } = await look(many(100));
  expect(crowded).toBe(false);
  expect(rows).toHaveLength(100);
});

test('a room of 101 is crowded', async () => {
  expect(await look(many(101))).toMatchObject({ crowded: true });
});

test('those whose token ran out crowd no room', async () => {
  const ranOut = many(60, { tokenExpiresAt: NOON - CLOCK_TOLERANCE_MS - 1 });
  expect(await look([...many(60), ...ranOut])).toMatchObject({ crowded: false });
});

test('the rows of one shard are not taken for those of all', async () => {
  expect(await look(many(3), 2)).toEqual({ crowded: false });
});

test('a room of 101 is crowded, however many inboxes hear of it', async () => {
  const tables = new ModelledTables({ latency: async () => undefined, rowsPerPage: 150 });
  const rows = [
    ...many(200, { via: 'inbox' }),
    ...many(101).map((row) => ({ ...row, id: `here ${row.id}` })),
  ];
  for (const row of rows) tables.putConnection({ ...row, shard: 0 });
  const given = { db: tables.database, now: () => NOON };
  expect(await lookAt({ id: '1', shards: 1 }, given)).toMatchObject({ crowded: true });
});
