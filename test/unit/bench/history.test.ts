import { expect, test } from 'vitest';
import { history } from '../../../bench/history.ts';

test('the read units of history and sync do not depend on the number of messages in the room', async () => {
  const { rows = [] } = await history([700, 2_100], 1);
  const units = rows.filter(({ unit }) => unit === 'read units').map(({ name, value }) => [name, value]);
  expect(Object.fromEntries(units)).toEqual({
    'first page, room of 700': 8,
    'first page, room of 2,100': 8,
    'ten pages back, room of 700': 70,
    'ten pages back, room of 2,100': 70,
    'sync, 50 changes from the end, room of 700': 60.5,
    'sync, 50 changes from the end, room of 2,100': 60.5,
  });
});
