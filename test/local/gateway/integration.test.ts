import { expect, test } from 'vitest';
import type { Clock } from '../../../local/clock.ts';
import { gatewayState } from '../../../local/gateway/gateway-state.ts';
import { integrate, resultStatus } from '../../../local/gateway/integration.ts';
import { api } from './test-gateway.ts';

/** A clock that only counts the timers that are set. */
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

function stateOf(clock: Clock, invoke: () => Promise<unknown>) {
  return gatewayState({ api: () => api, invoke, permit: () => undefined, clock, log: () => {} });
}

test('a call that ended leaves no timer behind, however it ended', async () => {
  const { clock, timers } = countingClock();
  const ends = [
    () => Promise.resolve({ statusCode: 200 }),
    () => Promise.reject(new Error('no')),
    (): Promise<unknown> => {
      throw new Error('at once');
    },
  ];
  const outcomes = await Promise.all(ends.map((end) => integrate(stateOf(clock, end), 'send', {})));
  expect(outcomes).toEqual([
    { kind: 'returned', result: { statusCode: 200 } },
    { kind: 'threw', message: 'no' },
    { kind: 'threw', message: 'at once' },
  ]);
  expect(timers.size).toBe(0);
});

test('a call that takes too long has timed out, and what it returns later is nobody’s', async () => {
  const { clock, timers } = countingClock();
  const call = integrate(
    stateOf(clock, () => new Promise(() => {})),
    'send',
    {},
  );
  for (const run of timers) run();
  expect(await call).toEqual({ kind: 'timed out' });
});

test('a status code may be a number or its text', () => {
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
])('%j is no result of a proxy integration', (result) => {
  expect(resultStatus(result)).toBeUndefined();
});
