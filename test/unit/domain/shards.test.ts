import { describe, expect, test } from 'vitest';
import { ModelledTables } from '../../../bench/modelled-tables.ts';
import {
  MAX_SHARDS,
  placingShards,
  SETTLING_MS,
  SHARD_CONNECTIONS,
  shardsFor,
} from '../../../functions/domain/room.ts';
import { connectionExpiry, listConnections, putConnection } from '../../../functions/store/connections.ts';
import { shardOf } from '../../../functions/store/keys.ts';
import { putMessage, takeSeq } from '../../../functions/store/log.ts';
import { getRoom } from '../../../functions/store/rooms.ts';
import { findConnection, growShards, placesOf, shardsBehind } from '../../../functions/store/shards.ts';
import { entries } from '../../../lib/entries.ts';
import { bob, connectionOf, messageOf, NOON } from '../../support/sample.ts';

const ids = Array.from({ length: 2_000 }, (_, index) => `${(index * 7919).toString(36)}socket=`);
const grown = (from: number, at: number) => ({ id: '1', shards: from * 2, grown: { from, at } });

describe('a room', () => {
  test.each([
    [1_000, 1, 1],
    [1_001, 1, 2],
    [10_000, 1, 16],
    [2_001, 4, 16],
    [1_000_000, 1, MAX_SHARDS],
    [5_000, MAX_SHARDS, MAX_SHARDS],
  ])('with %i connections in one of its %i shards needs %i shards', (connections, shards, expected) => {
    expect(shardsFor(connections, shards)).toBe(expected);
    if (expected < MAX_SHARDS)
      expect((connections * shards) / expected).toBeLessThanOrEqual(SHARD_CONNECTIONS);
  });

  test('places new rows by its former count after it has grown, until it has settled', () => {
    const room = grown(2, NOON);
    expect(placingShards(room, NOON)).toBe(2);
    expect(placingShards(room, NOON + SETTLING_MS - 1)).toBe(2);
    expect(placingShards(room, NOON + SETTLING_MS)).toBe(4);
  });

  test('settles after every function that read the former count has ended, plus 30 seconds of clock skew', () => {
    const longest = Math.max(...Object.values(entries).map(({ timeoutSeconds }) => timeoutSeconds));
    expect(SETTLING_MS).toBeGreaterThanOrEqual((longest + 30) * 1_000);
  });
});

describe('a row', () => {
  test('is found in every shard where it may have been stored when the room had fewer shards', () => {
    for (const id of ids.slice(0, 100)) {
      const places = placesOf(id, { id: '1', shards: 16 }).map(({ shard }) => shard);
      for (const count of [1, 2, 4, 8, 16]) expect(places).toContain(shardOf(id, count));
    }
  });

  test('belongs to one shard, whose fan-out reads all former shards of the row', () => {
    for (const id of ids) {
      const shard = shardOf(id, 16);
      const behind = shardsBehind(shard, { shards: 16 }, NOON);
      for (const count of [1, 2, 4, 8, 16]) expect(behind).toContain(shardOf(id, count));
    }
    expect(shardsBehind(0, { shards: 16 }, NOON)).toEqual([0]);
    expect(shardsBehind(13, { shards: 16, grown: { from: 8, at: NOON } }, NOON)).toEqual([0, 1, 5, 13]);
  });

  test('that was stored under a former count is not searched for once all connections of that time have closed', () => {
    const room = { shards: 16, grown: { from: 8, at: NOON } };
    const longestLife = connectionExpiry({ connectedAt: NOON + SETTLING_MS }) * 1_000;
    expect(shardsBehind(13, room, longestLife)).toContain(0);
    expect(shardsBehind(13, room, NOON + 3 * 3_600_000 + 1)).toEqual([13]);
  });

  test('that was stored under a former count is found and listed', async () => {
    const tables = new ModelledTables({ latency: async () => undefined });
    const db = tables.database;
    tables.putRoom('1', 8);
    const rows = ids
      .slice(0, 40)
      .map((id, index) => connectionOf(bob, { id, shard: shardOf(id, 2 ** (index % 4)) }));
    for (const row of rows) tables.putConnection(row);
    const room = { id: '1', shards: 8 };
    for (const { id, shard } of rows) expect(await findConnection(db, id, room)).toMatchObject({ id, shard });
    expect(await listConnections(db, room, NOON)).toHaveLength(40);
  });
});

test('only one of two concurrent functions grows a room, and none before it has settled', async () => {
  const tables = new ModelledTables({ latency: async () => undefined });
  const db = tables.database;
  tables.putRoom('1');
  const room = { id: '1', shards: 1 };
  expect(await Promise.all([growShards(db, room, 2, NOON), growShards(db, room, 4, NOON)])).toEqual([
    true,
    false,
  ]);
  expect(await getRoom(db, '1')).toMatchObject({ shards: 2, grown: { from: 1, at: NOON } });
  expect(await growShards(db, { id: '1', shards: 2 }, 4, NOON + SETTLING_MS - 1)).toBe(false);
  expect(await growShards(db, { id: '1', shards: 2 }, 4, NOON + SETTLING_MS)).toBe(true);
});

/** Returns all interleavings of the actors' steps. */
function ordersOf(left: Readonly<Record<string, number>>): string[][] {
  const names = Object.keys(left).filter((name) => (left[name] ?? 0) > 0);
  if (names.length === 0) return [[]];
  return names.flatMap((name) =>
    ordersOf({ ...left, [name]: (left[name] ?? 0) - 1 }).map((rest) => [name, ...rest]),
  );
}

type Placing = typeof placingShards;

/**
 * Runs a sender, a connecting client and a growing room in an order of steps. Returns whether the client missed the
 * message.
 */
async function missed(order: readonly string[], placing: Placing): Promise<boolean> {
  const tables = new ModelledTables({ latency: async () => undefined });
  const db = tables.database;
  tables.putRoom('1');
  const newcomer = ids.find((id) => shardOf(id, 2) === 1) ?? '';
  let now = NOON;
  let told: readonly { readonly id: string }[] | undefined;
  let history: unknown;
  let comes = false;
  function* sender() {
    const began = now;
    let shards = 1;
    yield takeSeq(db, '1', now).then((room) => (shards = room.shards));
    if (now - began > 60_000) return;
    yield putMessage(db, messageOf());
    if (now - began > 60_000) return;
    yield listConnections(db, { id: '1', shards }, now).then((found) => (told = found));
  }
  function* joiner() {
    let shard = 0;
    yield getRoom(db, '1').then((room) => {
      shard = room ? shardOf(newcomer, placing(room, now)) : 0;
    });
    yield putConnection(db, connectionOf(bob, { id: newcomer, shard, connectedAt: NOON }));
    comes = true;
    history = tables.entry('1', 1);
    yield Promise.resolve();
  }
  function* grower() {
    yield growShards(db, { id: '1', shards: 1 }, 2, now);
  }
  const running: Record<string, Generator<Promise<unknown>>> = {
    sends: sender(),
    comes: joiner(),
    grows: grower(),
  };
  for (const step of order) {
    if (step === 'waits') now += SETTLING_MS;
    else await running[step]?.next().value;
  }
  return comes && told !== undefined && history === undefined && !told.some(({ id }) => id === newcomer);
}

describe('a client that connects while the room grows, in every interleaving of steps', () => {
  const orders = ordersOf({ sends: 3, comes: 3, grows: 1, waits: 1 });
  const missedBy = async (placing: Placing) =>
    (await Promise.all(orders.map((order) => missed(order, placing)))).filter(Boolean).length;

  test('receives each message, in the history or by a post', async () => {
    expect(await missedBy(placingShards)).toBe(0);
  });

  test('would miss messages if new rows used the new count at once', async () => {
    expect(await missedBy(({ shards }) => shards)).toBeGreaterThan(0);
  });
});
