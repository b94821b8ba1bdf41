import { describe, expect, test } from 'vitest';
import { checkText } from '../../../functions/domain/message.ts';

describe('checkText', () => {
  test.each(['', ' ', '\n\t', '\u00a0\u3000'])('refuses a blank text: %j', (text) => {
    expect(() => checkText(text)).toThrow(expect.objectContaining({ code: 'EMPTY_TEXT' }));
  });

  test.each([
    ...['\u200b', '\u2060', '\u00ad', '\u3164', '\u2800', '\u200e', '\ufeff', '\u115f', '\uffa0', '\ufe0f'],
    ...['\u{e0061}', '\u{1d159}', '\u034f', '\u061c', '\u180e', '\ufff9', '\u0007', ' \u200b\n\u2800\t'],
  ])('refuses a text without a visible character: %j', (text) => {
    expect(() => checkText(text)).toThrow(expect.objectContaining({ code: 'EMPTY_TEXT' }));
    expect(checkText(text, { kind: 'uploaded', id: 'a' })).toBe(text);
    expect(checkText(`${text}a`)).toBe(`${text}a`);
  });

  test.each(['.', '👍', '❤️', '日', '\u0301', '\ue000', '\ud800'])(
    'accepts a text that shows something: %j',
    (text) => {
      expect(checkText(text)).toBe(text.toWellFormed());
    },
  );

  test.each(['\0', 'a\0b', `${'a'.repeat(7_000)}\0`])('refuses a text with NUL', (text) => {
    expect(() => checkText(text)).toThrow(expect.objectContaining({ code: 'BAD_FRAME' }));
  });

  test('accepts up to 8,000 code points', () => {
    const smiles = '😀'.repeat(8_000);
    expect(checkText(smiles)).toBe(smiles);
    expect(() => checkText(`${smiles}.`)).toThrow(expect.objectContaining({ code: 'TOO_LONG' }));
  });

  test('keeps white space', () => {
    expect(checkText('  a\n b ')).toBe('  a\n b ');
  });

  test('replaces lone surrogates', () => {
    expect(checkText('a\ud800b')).toBe('a\ufffdb');
  });
});
