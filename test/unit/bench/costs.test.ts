import { expect, test } from 'vitest';
import { costOfMillion, functionMs, metered, sampleUsage } from '../../../bench/costs.ts';

test('a frame over 32 KB is metered as two', () => {
  expect([0, 32 * 1024, 32 * 1024 + 1].map(metered)).toEqual([1, 1, 2]);
});

test('a million messages cost what their parts cost', () => {
  const usage = { gatewayMessages: 3, writeUnits: 4, readUnits: 2, invocations: 1, functionMs: 100 };
  const cost = costOfMillion(usage);
  expect(cost.apiGateway).toBe(3);
  expect(cost.dynamodb).toBeCloseTo(2.75);
  // 100,000 GB-seconds.
  expect(cost.lambda).toBeCloseTo(0.2 + 1.33334);
  expect(cost.total).toBeCloseTo(cost.apiGateway + cost.dynamodb + cost.lambda);
});

test('a function runs for its round trips, and for posts that wait for others or do not fit at once', () => {
  expect(functionMs(3, [50])).toBe(3 * 5 + 10);
  expect(functionMs(3, [51])).toBe(3 * 5 + 20);
  expect(functionMs(4, [2, 2, 2])).toBe(4 * 5 + 30);
});

test('the usual sample reads all connections for each message, whatever room they are of', () => {
  expect(sampleUsage(2, 1_000)).toMatchObject({ gatewayMessages: 3, writeUnits: 0, readUnits: 3.5 });
  expect(sampleUsage(2, 2)).toMatchObject({ readUnits: 0.5 });
});
