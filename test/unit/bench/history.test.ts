import { expect, test } from 'vitest';
import { history } from '../../../bench/history.ts';

test('the read units of history and sync do not depend on the number of messages in the room', async () => {
  const { rows = [] } = await history([700, 2_100], 1);
  const units = rows.filter(({ unit }) => unit === 'read units').map(({ name, value }) => [name, value]);
  expect(Object.fromEntries(units)).toEqual({
    'first page, room of 700': 9,
    'first page, room of 2,100': 9,
    // Each page also reads the room's item, for its retention, and the reader's block list.
    'ten pages back, room of 700': 90,
    'ten pages back, room of 2,100': 90,
    'sync, 50 changes from the end, room of 700': 61.5,
    'sync, 50 changes from the end, room of 2,100': 61.5,
  });
});
