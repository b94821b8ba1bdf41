import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSettings } from '../../lib/settings.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

/** Returns the texts in code style. */
const codeIn = (text = ''): readonly string[] =>
  Array.from(text.matchAll(/`([^`]+)`/g), ([, code = '']) => code);

/** The names and the default in each row of the first table of docs/configuration.md. */
const [settings = ''] = read('docs/configuration.md').split('\n## ');
const rows = Array.from(settings.matchAll(/^\| (`.*?) \| (.*?) \|/gm), ([, names, value]) => ({
  names: codeIn(names),
  defaults: codeIn(value),
}));

test('docs/configuration.md has each setting', () => {
  const keys = new Set<string>();
  readSettings((key) => void keys.add(key));
  expect(rows.flatMap(({ names }) => names).toSorted()).toEqual([...keys].toSorted());
});

test('docs/configuration.md has the default of each setting', () => {
  for (const { names, defaults } of rows) {
    const [value] = defaults;
    expect(readSettings((key) => (names.includes(key) ? value : undefined))).toEqual(
      readSettings(() => undefined),
    );
  }
});

test('docs/embed.md has each property of the construct', () => {
  const [, declared = ''] = /export interface ChatProps \{(.*?)^\}/ms.exec(read('lib/chat-props.ts')) ?? [];
  const properties = Array.from(declared.matchAll(/^ {2}readonly (\w+)\?:/gm), ([, name = '']) => name);
  expect(properties).toContain('auth');
  const documented = Array.from(read('docs/embed.md').matchAll(/^\| (`.*?) \|/gm), ([, names]) =>
    codeIn(names),
  ).flat();
  expect(properties.filter((name) => !documented.includes(name))).toEqual([]);
});
