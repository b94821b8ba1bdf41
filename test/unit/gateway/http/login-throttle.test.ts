import { describe, expect, test } from 'vitest';
import { routeOf } from '../../../../functions/gateway/client-address.ts';
import { clientAddress, countAttempt } from '../../../../functions/gateway/http/login-throttle.ts';
import type { Database } from '../../../../functions/store/database.ts';
import { NOON } from '../../../support/sample.ts';

/** The start of a window. */
const START = NOON - (NOON % 300_000);

describe('the address of a request', () => {
  const edge = '198.51.100.1';

  test.each([
    ['is what the edge appended', `203.0.113.7, ${edge}`, '203.0.113.7'],
    ['is not what the client wrote', `1.1.1.1, 2.2.2.2, 203.0.113.7, ${edge}`, '203.0.113.7'],
    ['is found where API Gateway appends nothing', '1.1.1.1, 203.0.113.7', '203.0.113.7'],
    ['is a network of IPv6', `2001:db8:1:2:3:4:5:6, ${edge}`, '2001:db8:1:2::/64'],
    ['is the same network in its short form', `2001:db8:1:2::9, ${edge}`, '2001:db8:1:2::/64'],
    ['may be IPv4 inside IPv6', `::ffff:203.0.113.7, ${edge}`, '203.0.113.7'],
  ])('through the edge %s', (_what, forwardedFor, address) => {
    expect(clientAddress({ forwardedFor, sourceIp: edge, throughEdge: true })).toBe(address);
  });

  test('is that of the caller if it calls the API directly, whatever it writes', () => {
    const route = { forwardedFor: '1.1.1.1, 2.2.2.2, 203.0.113.7', sourceIp: '203.0.113.7' };
    expect(clientAddress({ ...route, throughEdge: false })).toBe('203.0.113.7');
  });

  test.each([
    ['the secret of the edge', 'secret', 'secret', true],
    ['another secret', 'guess', 'secret', false],
    ['no secret', undefined, 'secret', false],
    ['no secret, in a chat without an edge', undefined, undefined, false],
    ['a secret, in a chat without an edge', 'guess', undefined, false],
  ])('comes through the edge only with its secret: %s', (_what, sent, edgeKey, throughEdge) => {
    const route = routeOf({ 'X-Parley-Edge': sent, 'X-Forwarded-For': '1.1.1.1' }, edge, edgeKey);
    expect(route).toEqual({ forwardedFor: '1.1.1.1', sourceIp: edge, throughEdge });
  });
});

/** A table that counts as DynamoDB does for these two updates. */
function countingTable() {
  const counts = new Map<string, number>();
  let writes = 0;
  const update = async (key: object, { values = {} }: { values?: Readonly<Record<string, unknown>> }) => {
    writes += 1;
    const name = JSON.stringify(key);
    const count = counts.get(name) ?? 0;
    const [max, one, minus] = [values[':max'], values[':one'], values[':minus']];
    if (typeof max === 'number' && count >= max) return undefined;
    counts.set(name, count + Number(one ?? minus));
    return {};
  };
  return { db: { chat: { update } } as unknown as Database, counts, writes: () => writes };
}

describe('attempts to sign in', () => {
  const attempts = async (
    names: readonly string[],
    address: string,
    context: { readonly db: Database; readonly now: () => number },
  ) => {
    const outcomes: string[] = [];
    for (const name of names) {
      outcomes.push(
        await countAttempt(name, address, context).then(
          () => 'counted',
          ({ code }) => code,
        ),
      );
    }
    return outcomes;
  };
  const many = (count: number, name: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => name(i));

  test('are limited by name and address, so that nobody locks out a name from elsewhere', async () => {
    const context = { db: countingTable().db, now: () => START };
    const outcomes = await attempts(
      many(12, (index) => (index % 2 ? 'Alice' : 'alice')),
      '1.1.1.1',
      context,
    );
    expect(outcomes).toEqual([...many(10, () => 'counted'), 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(await attempts(['bob'], '1.1.1.1', context)).toEqual(['counted']);
    expect(await attempts(['alice'], '2.2.2.2', context)).toEqual(['counted']);
  });

  test('are limited by address for any names', async () => {
    const context = { db: countingTable().db, now: () => START };
    const outcomes = await attempts(many(101, String), '1.1.1.1', context);
    expect(outcomes.indexOf('RATE_LIMITED')).toBe(100);
    expect(await attempts(['alice'], '2.2.2.2', context)).toEqual(['counted']);
  });

  test('count for five minutes, unless the sign-in succeeds', async () => {
    const { db } = countingTable();
    const context = { db, now: () => START };
    for (let attempt = 0; attempt < 30; attempt++) {
      const forget = await countAttempt('alice', '1.1.1.1', context);
      await forget();
    }
    await attempts(
      many(10, () => 'alice'),
      '1.1.1.1',
      context,
    );
    const refused = countAttempt('alice', '1.1.1.1', context);
    await expect(refused).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 300_000 });
    expect(await attempts(['alice'], '1.1.1.1', { db, now: () => START + 300_000 })).toEqual(['counted']);
  });

  test('cost one write once an address is refused, and add no item', async () => {
    const { db, counts, writes } = countingTable();
    const context = { db, now: () => START };
    await attempts(many(100, String), '1.1.1.1', context);
    const [items, before] = [counts.size, writes()];
    await attempts(
      many(50, (index) => `other ${index}`),
      '1.1.1.1',
      context,
    );
    expect([counts.size - items, writes() - before]).toEqual([0, 50]);
  });
});
