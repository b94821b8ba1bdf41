import { expect, test } from 'vitest';
import type { Clock } from '../../../local/clock.ts';
import { integrate, resultStatus } from '../../../local/gateway/integration.ts';

/** A clock that stands still and exposes its timers. */
function countingClock() {
  const timers = new Set<() => void>();
  const clock: Clock = {
    now: () => 0,
    after(_ms, run) {
      timers.add(run);
      return () => {
        timers.delete(run);
      };
    },
  };
  return { clock, timers };
}

test('cancels its timer when a call ends, however it ends', async () => {
  const { clock, timers } = countingClock();
  const ends = [
    () => Promise.resolve({ statusCode: 200 }),
    () => Promise.reject(new Error('no')),
    (): Promise<unknown> => {
      throw new Error('at once');
    },
  ];
  const outcomes = await Promise.all(ends.map((end) => integrate({ clock, invoke: end }, 1, 'send', {})));
  expect(outcomes).toEqual([
    { kind: 'returned', result: { statusCode: 200 } },
    { kind: 'threw', message: 'no' },
    { kind: 'threw', message: 'at once' },
  ]);
  expect(timers.size).toBe(0);
});

test('reports a call that takes too long as timed out', async () => {
  const { clock, timers } = countingClock();
  const call = integrate({ clock, invoke: () => new Promise(() => {}) }, 1, 'send', {});
  for (const run of timers) run();
  expect(await call).toEqual({ kind: 'timed out' });
});

test('accepts a status code as a number or as text', () => {
  expect(resultStatus({ statusCode: 204 })).toBe(204);
  expect(resultStatus({ statusCode: '403', headers: {}, body: '', isBase64Encoded: false })).toBe(403);
});

test.each([
  undefined,
  null,
  'ok',
  [],
  {},
  { statusCode: null },
  { statusCode: 99 },
  { statusCode: 200, Data: '' },
])('%j is not a result of a proxy integration', (result) => {
  expect(resultStatus(result)).toBeUndefined();
});
