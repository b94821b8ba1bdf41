import { expect, test } from 'vitest';
import { matchesName } from '../../web/rooms/room-switcher.tsx';

test.each([
  ['José María', 'jose', true],
  ['José María', 'mar jo', true],
  ['José María', 'osé', true],
  ['José María', 'os', false],
  ['Ελλάδα', 'ελλαδα', true],
  ['日本の部屋', '部屋', true],
  ['Garden', '', true],
  ['Garden', 'garden shed', false],
])('the room switcher: %s matches "%s": %s', (name, query, matches) => {
  expect(matchesName(name, query)).toBe(matches);
});
