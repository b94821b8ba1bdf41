import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { plantNames, sourcesWith } from '../../torture/known-bugs.ts';

test.each(plantNames)('the bug %s can be planted in the functions as they are', (name) => {
  const sources = sourcesWith(name);
  expect(sources.size).toBeGreaterThan(0);
  for (const [file, source] of sources) expect(source).not.toBe(readFileSync(file, 'utf8'));
});
