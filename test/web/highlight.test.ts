import { describe, expect, test } from 'vitest';
import * as server from '../../functions/domain/text.ts';
import { foldLetters, markedParts, searchedWords } from '../../web/search/highlight.ts';

const marked = (text: string, query: string) =>
  markedParts(text, searchedWords(query))
    .map(({ text, isFound }) => (isFound ? `[${text}]` : text))
    .join('');

describe('the marked words of a search', () => {
  test('follow the rules of the server', () => {
    const differing: string[] = [];
    for (let code = 0; code < 0x20000; code += code < 0x3000 ? 1 : 61) {
      const letter = String.fromCodePoint(code);
      if (foldLetters(letter) !== server.foldLetters(letter)) differing.push(letter);
    }
    expect(differing).toEqual([]);
    const query = ' Café CAFE straße\tŁódź ';
    expect(searchedWords(query)).toEqual(server.searchedWords(query));
  });

  test.each([
    ['Lunch at the CAFÉ', 'cafe lunch', '[Lunch] at the [CAFÉ]'],
    ['cafe\u0301 and cafés', 'café', '[cafe\u0301] and [café]s'],
    ['Eine Straße', 'STRASSE', 'Eine [Straße]'],
    ['a😀b', '😀', 'a[😀]b'],
    ['banana', 'ana', 'b[anana]'],
    ['10:30 C++', 'c++', '10:30 [C++]'],
    ['<b>bold</b>', '<b>', '[<b>]bold</b>'],
    ['nothing', 'x', 'nothing'],
    ['nothing', '', 'nothing'],
  ])('of %j for %j are %j', (text, query, expected) => {
    expect(marked(text, query)).toBe(expected);
  });

  test('of a long text are shown with some text around them', () => {
    const text = `${'before '.repeat(100)}needle${' after'.repeat(1_000)}`;
    const shown = marked(text, 'needle');
    expect(shown).toMatch(/^….{40}\[needle\] after/);
    expect(shown.length).toBeLessThan(410);
  });
});
