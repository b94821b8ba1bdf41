import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cleanFileName } from '../../../functions/domain/file.ts';
import { trimmed } from '../../../functions/domain/text.ts';
import { stepsOf } from '../../support/count-steps.ts';
import { usualOrLong } from '../../support/long.ts';

const root = join(import.meta.dirname, '../../..');

/** A regular expression after a sign that no division can follow. */
const literal =
  /(?:[(,=:?|&!>] ?|return )\/(?![/*])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[ ]| (?!\/))+)\/([dgimsuvy]*)(?=[.,;)\s])/g;

/** Returns the regular expressions in the sources of some folders, each with its file. */
function patternsIn(...folders: readonly string[]) {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|js)$/.test(file))
      .flatMap((file) => {
        const text = readFileSync(join(root, folder, file), 'utf8').replace(/^\s*(\*|\/[/*]).*$/gm, '');
        return [...text.matchAll(literal)].map(([, source = '', flags = '']) => ({
          file: `${folder}/${file}`,
          pattern: new RegExp(source, flags),
        }));
      }),
  );
}

const SIGNS = [
  ' ',
  '.',
  'a',
  '0',
  '/',
  '\\',
  ';',
  ':',
  ',',
  '-',
  '#',
  '<',
  '"',
  '+',
  '=',
  '\n',
  ', ',
  'a=',
  ';a',
  '@a',
];

/** Returns texts that a pattern may have to try again and again, in a given size. */
function* hostileTexts(pattern: RegExp, size: number): Generator<string> {
  const [start = ''] = /^[\w:]*/.exec(pattern.source.replace(/^\^/, '').replaceAll('\\', '')) ?? [];
  for (const sign of SIGNS) {
    const repeated = sign.repeat(size);
    for (const head of ['', 'a', start])
      for (const tail of ['', '!', '\n', 'a']) yield head + repeated + tail;
  }
}

/** How often a text repeats a character. Texts of twice this length are compared with it. */
const SIZE = usualOrLong(200, 400);

/** The growth of the work, in the worst of the texts, when a text becomes twice as long. */
function growthOf(pattern: RegExp): number {
  const doubled = hostileTexts(pattern, 2 * SIZE);
  return Math.max(
    ...Array.from(hostileTexts(pattern, SIZE), (text) => {
      const larger = doubled.next().value ?? '';
      return stepsOf(pattern, larger) / stepsOf(pattern, text);
    }),
  );
}

/** Twice the work for twice the text, and a little for the parts of the text that do not grow. */
const LINEAR = 2.2;

describe('the steps of a pattern', () => {
  test('are counted: a quadratic pattern has four times the steps on twice the text', () => {
    expect(growthOf(/^[\s.]+|[\s.]+$/gu)).toBeGreaterThan(3.5);
    expect(growthOf(/^(a|b)+$/)).toBeLessThan(LINEAR);
  });

  const found = patternsIn('functions', 'client', 'lib/edge');

  test('are counted for all patterns', () => {
    expect(found.length).toBeGreaterThan(30);
  });

  test.each(found)('at most double on twice the text: $pattern in $file', ({ pattern }) => {
    expect(growthOf(pattern)).toBeLessThan(LINEAR);
  });
});

describe('a file name', () => {
  test('is trimmed in one pass', () => {
    const looksAt = (size: number) => {
      let looks = 0;
      trimmed(`${' '.repeat(size)}a${' '.repeat(size)}b${'.'.repeat(size)}`, (character) => {
        looks++;
        return character === ' ' || character === '.';
      });
      return looks;
    };
    expect(looksAt(2_000) / looksAt(1_000)).toBeLessThan(LINEAR);
  });

  test.each([
    [`a${' '.repeat(31_000)}b`, /^a$/],
    ['.'.repeat(120_000), /^file$/],
    [`${' '.repeat(60_000)}${'.'.repeat(60_000)}`, /^file$/],
    [`${'x/'.repeat(60_000)}photo.png`, /^photo\.png$/],
    ['\u3164\u2800', /^file$/],
  ])('of many blanks, dots or parts becomes a short one', (name, expected) => {
    const clean = cleanFileName(name, 'file');
    expect(clean).toMatch(expected);
    expect([...clean].length).toBeLessThanOrEqual(120);
  });
});
