import { describe, expect, test } from 'vitest';
import { dictatedMs, type Model, runFanOut, standard, unlimited } from '../../../bench/fan-out.ts';
import { inVirtualTime } from '../../../bench/virtual-time.ts';

const run = (connections: number, more: Partial<Model> = {}) =>
  runFanOut(connections, true, { ...standard, ...more });

describe('a message to a room, in virtual time,', () => {
  // Each size is another seed, so that no lucky one is measured.
  test.each([9_950, 9_990, 10_000, 10_010, 10_050])(
    'of %i takes hardly longer than the limit of the account dictates',
    async (connections) => {
      const { postingMs } = await run(connections);
      const ratio = (postingMs ?? Number.NaN) / dictatedMs(connections, standard);
      expect(ratio).toBeGreaterThanOrEqual(1);
      expect(ratio).toBeLessThanOrEqual(1.1);
    },
  );

  test('of 10,000 reaches everybody by 17 functions, and hardly a fifth of its posts is refused first', async () => {
    const { delivered, functions, refused } = await run(10_000);
    // Everybody once, and the sender two receipts.
    expect(delivered).toBe(10_002);
    expect(functions).toBe(17);
    expect(refused).toBeLessThan(delivered / 5);
  });

  test('of 10,000 is with the last of them in 228 ms where nothing is limited', async () => {
    const { lastMs, delivered, refused } = await run(10_000, unlimited);
    expect(Math.round(lastMs)).toBe(228);
    expect(delivered).toBe(10_002);
    expect(refused).toBe(0);
  });

  test('costs a cent for each 10,000 posts, of which all but a twentieth is API Gateway’s', async () => {
    const { dollars } = await run(10_000);
    expect(dollars).toBeGreaterThan(0.01);
    expect(dollars).toBeLessThan(0.0105);
  });

  test('of 1,000 is with the last of them in 130 ms, in 4 functions', async () => {
    const { lastMs, functions } = await run(1_000);
    expect(Math.round(lastMs)).toBe(130);
    expect(functions).toBe(4);
  });

  test('is the same each time', async () => {
    expect(await run(300)).toEqual(await run(300));
  });
});

describe('virtual time', () => {
  test('leaps from timer to timer, in their order, and leaves the real one as it was', async () => {
    const { now: real } = Date;
    const seen: number[] = [];
    await inVirtualTime(1, async () => {
      const began = Date.now();
      const later = (ms: number) =>
        new Promise<void>((resume) => setTimeout(resume, ms)).then(() => seen.push(Date.now() - began));
      await Promise.all([later(3_600_000), later(5), later(700), later(5)]);
    });
    expect(seen).toEqual([5, 5, 700, 3_600_000]);
    expect(Date.now).toBe(real);
  });

  test('says so when nothing can go on', async () => {
    await expect(inVirtualTime(1, () => new Promise(() => undefined))).rejects.toThrow('stands still');
  });
});
