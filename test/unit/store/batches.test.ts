import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { getRooms } from '../../../functions/store/rooms.ts';
import { mockDatabase } from '../../support/mock-database.ts';
import { NOON } from '../../support/sample.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Returns a database that leaves the keys of the first batches unprocessed, and the times of its calls. */
function throttled(batches: number) {
  const { db, dynamodb } = mockDatabase();
  const calls: number[] = [];
  const item = marshall({
    room: '1',
    item: 'room',
    name: 'r',
    kind: 'group',
    access: 'members',
    seq: 0,
    shards: 1,
  });
  dynamodb.on(BatchGetItemCommand).callsFake(({ RequestItems }) => {
    calls.push(Date.now() - NOON);
    if (calls.length <= batches) return { Responses: {}, UnprocessedKeys: RequestItems };
    return { Responses: { chat: [item] } };
  });
  return { db, calls };
}

test('unprocessed keys of a batch are read again after a growing pause', async () => {
  const { db, calls } = throttled(3);
  const rooms = getRooms(db, ['1']);
  await vi.runAllTimersAsync();
  expect(await rooms).toHaveLength(1);
  const pauses = calls.slice(1).map((at, index) => at - (calls[index] ?? 0));
  expect(pauses).toHaveLength(3);
  expect(pauses[0]).toBeGreaterThan(40);
  expect(pauses[1]).toBeGreaterThan(1.5 * (pauses[0] ?? 0));
  expect(pauses[2]).toBeGreaterThan(1.5 * (pauses[1] ?? 0));
});

test('a batch that stays unprocessed fails after five tries', async () => {
  const { db, calls } = throttled(100);
  const failed = getRooms(db, ['1']).catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  expect(await failed).toMatchObject({ message: expect.stringContaining('the table is throttled') });
  expect(calls).toHaveLength(5);
});
