import { describe, expect, test } from 'vitest';
import { checkText } from '../../../functions/domain/message.ts';

describe('checkText', () => {
  test.each(['', ' ', '\n\t', '\u00a0\u3000'])('refuses a blank text: %j', (text) => {
    expect(() => checkText(text)).toThrow(expect.objectContaining({ code: 'EMPTY_TEXT' }));
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
