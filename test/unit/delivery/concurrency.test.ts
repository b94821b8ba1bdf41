import { expect, test } from 'vitest';
import { mapLimited } from '../../../functions/delivery/concurrency.ts';

test('mapLimited makes 25 calls at a time and keeps the order of the results', async () => {
  let inFlight = 0;
  let maximum = 0;
  const doubled = await mapLimited(
    Array.from({ length: 1_000 }, (_, index) => index),
    async (item) => {
      maximum = Math.max(maximum, ++inFlight);
      await new Promise((resume) => setImmediate(resume));
      inFlight--;
      return item * 2;
    },
  );
  expect(maximum).toBe(25);
  expect(doubled).toEqual(Array.from({ length: 1_000 }, (_, index) => index * 2));
});

test('mapLimited rejects if a call rejects', async () => {
  const run = async (item: number) => {
    if (item === 2) throw new Error('two');
  };
  await expect(mapLimited([1, 2, 3], run)).rejects.toThrow('two');
  await expect(mapLimited([], run)).resolves.toEqual([]);
});
