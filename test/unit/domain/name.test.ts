import { expect, test } from 'vitest';
import { bucketOf, matchingTerm, publicName, searchedTerm, termsOf } from '../../../functions/domain/name.ts';

test.each([
  { name: 'Ana María Cruz', terms: ['ana maria cruz', 'maria cruz', 'cruz'] },
  { name: "Seán O'Brien", terms: ['sean o brien', 'o brien', 'brien'] },
  { name: 'bob_smith.jr', terms: ['bob smith jr', 'smith jr', 'jr'] },
  {
    name: 'STRASSE ß ØRSTED Łódź',
    terms: ['strasse ss orsted lodz', 'ss orsted lodz', 'orsted lodz', 'lodz'],
  },
  { name: 'ΣΟΦΟΣ', terms: ['σοφοσ'] },
  { name: '王小明', terms: ['王小明'] },
  { name: 'Ｆｕｌｌ ｗｉｄｔｈ', terms: ['full width', 'width'] },
  { name: 'Malcolm X', terms: ['malcolm x'] },
  { name: 'one two three four five six', terms: expect.toSatisfy((terms) => terms.length === 4) },
  { name: '🦊 ---', terms: [] },
])('finds "$name" by the beginnings of its words', ({ name, terms }) => {
  expect(termsOf(name)).toEqual(terms);
});

test.each([
  ['ana', true],
  ['ANÁ M', true],
  ['mar', true],
  ['maria cr', true],
  ['cruz', true],
  ['na', false],
  ['ana cruz', false],
])('the search "%s" finds "Ana María Cruz": %s', (query, isFound) => {
  expect(matchingTerm('Ana María Cruz', searchedTerm(query) ?? '?') !== undefined).toBe(isFound);
});

test('a search has at least two characters, or a Chinese one', () => {
  expect(['a', ' á ', '!', ''].map(searchedTerm)).toEqual(Array(4).fill(undefined));
  expect(['ab', '王', '김'].map((text) => searchedTerm(text)?.normalize('NFC'))).toEqual(['ab', '王', '김']);
  expect(['ab', 'abc', '王小明'].map(bucketOf)).toEqual(['ab', 'ab', '王']);
});

test('a name shows no e-mail address, and a search for an address finds the name before the @', () => {
  expect(publicName('bob@example.com')).toBe('bob');
  expect(publicName('Bob bob@example.com')).toBe('Bob bob');
  expect(publicName('@bob')).toBe('@bob');
  expect(searchedTerm('Bob@example.com')).toBe('bob');
});

test('long names and searches are cut, so that keys stay small', () => {
  const name = '\ufdfa'.repeat(10_000);
  expect(Array.from(publicName(name))).toHaveLength(100);
  for (const term of [...termsOf(publicName(name)), searchedTerm(name) ?? ''])
    expect(Array.from(term).length).toBeLessThanOrEqual(30);
  expect(matchingTerm('x'.repeat(50), searchedTerm('x'.repeat(50)) ?? '')).toBeDefined();
});
