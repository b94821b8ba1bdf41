import { expect, test } from 'vitest';
import { mapLimited } from '../../../functions/delivery/concurrency.ts';

test('however many items there are, a few are under way at once, and the results keep their order', async () => {
  let open = 0;
  let most = 0;
  const doubled = await mapLimited(
    Array.from({ length: 1_000 }, (_, index) => index),
    async (item) => {
      most = Math.max(most, ++open);
      await new Promise((resume) => setImmediate(resume));
      open--;
      return item * 2;
    },
  );
  expect(most).toBe(25);
  expect(doubled).toEqual(Array.from({ length: 1_000 }, (_, index) => index * 2));
});

test('what fails for one item fails for all', async () => {
  const run = async (item: number) => {
    if (item === 2) throw new Error('two');
  };
  await expect(mapLimited([1, 2, 3], run)).rejects.toThrow('two');
  await expect(mapLimited([], run)).resolves.toEqual([]);
});
