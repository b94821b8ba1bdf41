import { describe, expect, test } from 'vitest';
import { type Model, minimumMs, runFanOut, standard, unlimited } from '../../../bench/fan-out.ts';
import { inVirtualTime } from '../../../bench/virtual-time.ts';
import { once } from '../../../functions/gateway/runtime.ts';
import { usualOrLong } from '../../support/long.ts';

const run = (connections: number, more: Partial<Model> = {}) =>
  runFanOut(connections, true, { ...standard, ...more });

/** A run takes a second, and its result depends on nothing else. */
const tenThousand = once(() => run(10_000));

describe('a message to a room in virtual time', () => {
  // The size is the seed, so several sizes exclude a lucky seed.
  test.each(usualOrLong([9_950, 10_000], [9_950, 9_990, 10_000, 10_010, 10_050]))(
    'of %i connections takes at most 10% longer than the minimum under the account’s limits',
    async (connections) => {
      const { fanOutMs } = await (connections === 10_000 ? tenThousand() : run(connections));
      const ratio = (fanOutMs ?? Number.NaN) / minimumMs(connections, standard);
      expect(ratio).toBeGreaterThanOrEqual(1);
      expect(ratio).toBeLessThanOrEqual(1.1);
    },
  );

  test('of 10,000 reaches all connections with 17 invocations, and less than a fifth of the posts is throttled', async () => {
    const { delivered, invocations, throttled } = await tenThousand();
    // One message to each connection, and two receipts to the sender.
    expect(delivered).toBe(10_002);
    expect(invocations).toBe(17);
    expect(throttled).toBeLessThan(delivered / 5);
  });

  test('of 10,000 reaches the last connection in 228 ms without limits', async () => {
    const { lastDeliveryMs, delivered, throttled } = await run(10_000, unlimited);
    expect(Math.round(lastDeliveryMs)).toBe(228);
    expect(delivered).toBe(10_002);
    expect(throttled).toBe(0);
  });

  test('of 10,000 costs a cent for API Gateway, and less than a twentieth of a cent for everything else', async () => {
    const { dollars } = await tenThousand();
    expect(dollars).toBeGreaterThan(0.01);
    expect(dollars).toBeLessThan(0.0105);
  });

  test('of 1,000 reaches the last connection in 130 ms with 4 invocations', async () => {
    const { lastDeliveryMs, invocations } = await run(1_000);
    expect(Math.round(lastDeliveryMs)).toBe(130);
    expect(invocations).toBe(4);
  });

  test('returns the same result in each run', async () => {
    expect(await run(300)).toEqual(await run(300));
  });
});

describe('virtual time', () => {
  test('jumps from timer to timer in order, and restores the real clock', async () => {
    const { now: realNow } = Date;
    const elapsed: number[] = [];
    await inVirtualTime(1, async () => {
      const start = Date.now();
      const later = (ms: number) =>
        new Promise<void>((resume) => setTimeout(resume, ms)).then(() => elapsed.push(Date.now() - start));
      await Promise.all([later(3_600_000), later(5), later(700), later(5)]);
    });
    expect(elapsed).toEqual([5, 5, 700, 3_600_000]);
    expect(Date.now).toBe(realNow);
  });

  test('throws if the run waits and no timer is set', async () => {
    await expect(inVirtualTime(1, () => new Promise(() => undefined))).rejects.toThrow('no timer is set');
  });
});
