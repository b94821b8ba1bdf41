import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const web = fileURLToPath(new URL('../../web', import.meta.url));
const files = globSync('styles/*.css', { cwd: web }).sort();
const read = (path: string) => readFileSync(join(web, path), 'utf8').replace(/\/\*.*?\*\//gs, '');

test('every file of styles is part of the page', () => {
  const imported = ['style.css', 'later.css'].flatMap((path) =>
    [...read(path).matchAll(/@import "\.\/(.+)";/g)].map(([, name]) => name),
  );
  expect(imported.sort()).toEqual(files);
});

describe.each(files)('%s', (path) => {
  test('has no property that names left or right, since text can run either way', () => {
    const physical =
      /(?:^|[\s;{])((?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-)?(?:left|right)(?:-\w+)?:|(?:text-align|float|clear): (?:left|right))/g;
    expect([...read(path).matchAll(physical)].map(([, found]) => found)).toEqual([]);
    // The four values of a shorthand are physical too.
    const shorthands = [...read(path).matchAll(/(?:margin|padding|inset): ([^;]+);/g)].filter(([, value]) => {
      const [, right, , left] = (value ?? '').replaceAll(/\([^)]*\)/g, '()').split(' ');
      return left !== undefined && left !== right;
    });
    expect(shorthands.map(([text]) => text)).toEqual([]);
  });

  test.skipIf(basename(path) === 'tokens.css')('takes its colours from tokens.css', () => {
    const colours = /#[\da-f]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\((?!var\()/gi;
    expect([...read(path).matchAll(colours)].map(([found]) => found)).toEqual([]);
  });
});
