import { expect, test } from 'vitest';
import {
  costOfMillion,
  exampleBill,
  functionMs,
  meteredMessages,
  sampleUsage,
} from '../../../bench/costs.ts';

// API Gateway's pricing page: "a 33 KB message is metered as two messages".
test('API Gateway bills a frame in increments of 32 KB', () => {
  const kilobyte = 1024;
  expect([0, 1, 32 * kilobyte, 32 * kilobyte + 1].map(meteredMessages)).toEqual([1, 1, 1, 2]);
  expect([33 * kilobyte, 64 * kilobyte, 128 * kilobyte].map(meteredMessages)).toEqual([2, 2, 4]);
});

const nothing = { gatewayMessages: 0, writeUnits: 0, readUnits: 0, invocations: 0, functionMs: 0 };

test('each quantity is billed at the price that AWS documents for us-east-1', () => {
  const priceOf = (usage: Partial<typeof nothing>) => costOfMillion({ ...nothing, ...usage }).total;
  // $1.00 for a million messages, $0.625 and $0.125 for a million write and read units, $0.20 for a million
  // invocations.
  expect(priceOf({ gatewayMessages: 1 })).toBeCloseTo(1, 5);
  expect(priceOf({ writeUnits: 1 })).toBeCloseTo(0.625, 5);
  expect(priceOf({ readUnits: 1 })).toBeCloseTo(0.125, 5);
  expect(priceOf({ invocations: 1 })).toBeCloseTo(0.2, 5);
  // $0.0000133334 for a GB-second on arm64. A million seconds of a function with 1,024 MB are a million GB-seconds.
  expect(priceOf({ functionMs: 1000 })).toBeCloseTo(13.3334, 5);
});

test('a million messages from one connection to two cost $7.28', () => {
  const usage = { gatewayMessages: 3, writeUnits: 4, readUnits: 2, invocations: 1, functionMs: 100 };
  const { apiGateway, dynamodb, lambda, total } = costOfMillion(usage);
  expect(apiGateway).toBeCloseTo(3, 2);
  expect(dynamodb).toBeCloseTo(2.75, 2);
  expect(lambda).toBeCloseTo(1.53, 2);
  expect(total).toBeCloseTo(7.28, 2);
});

test('a function runs for its round trips and for its posts, 50 of which run in parallel', () => {
  expect(functionMs(3, [50])).toBe(3 * 5 + 10);
  expect(functionMs(3, [51])).toBe(3 * 5 + 20);
  expect(functionMs(4, [2, 2, 2])).toBe(4 * 5 + 30);
});

test('the minimal sample reads the connections of all rooms for each message', () => {
  expect(sampleUsage(2, 1_000)).toMatchObject({ gatewayMessages: 3, writeUnits: 0, readUnits: 3.5 });
  expect(sampleUsage(2, 2)).toMatchObject({ readUnits: 0.5 });
});

test('the example bill includes services that the cost of each command does not', () => {
  const usages = {
    ...{ message: nothing, readMark: nothing, typing: nothing },
    ...{ connect: nothing, ping: nothing, httpRequest: nothing },
  };
  const billOf = (users: number) => new Map(exampleBill(users, usages, 9));
  // 120 minutes of 1,000 users on 30 days are 3.6 million, at $0.25 for a million.
  expect(billOf(1_000).get('connection minutes')).toBeCloseTo(0.9, 5);
  // 20 messages of 1 KB a day, for 12 months of 30 days, are 7.2 GB.
  expect(billOf(1_000).get('DynamoDB storage')).toBeCloseTo(1.8, 5);
  expect(billOf(1_000).get('point-in-time recovery')).toBeCloseTo(1.44, 5);
  // There are two monthly users for each daily one. The first 10,000 are free.
  expect(billOf(1_000).get('Cognito users')).toBe(0);
  expect(billOf(100_000).get('Cognito users')).toBeCloseTo(190_000 * 0.015, 5);
  expect(billOf(1_000).get('messages, with receipts for the author')).toBe(0);
  expect([...billOf(1).keys()]).toEqual(
    expect.arrayContaining(['pings', 'CloudFront requests', 'CloudFront traffic', 'logs', 'HTTP API']),
  );
});
