import { describe, expect, test } from 'vitest';
import { checkText } from '../../../functions/domain/message.ts';

describe('a text', () => {
  test.each(['', ' ', '\n\t', '\u00a0\u3000'])('is refused when it is blank: %j', (text) => {
    expect(() => checkText(text)).toThrow(expect.objectContaining({ code: 'EMPTY_TEXT' }));
  });

  test('may have 8,000 characters, counted as people count them and not as UTF-16 does', () => {
    const smiles = '😀'.repeat(8_000);
    expect(checkText(smiles)).toBe(smiles);
    expect(() => checkText(`${smiles}.`)).toThrow(expect.objectContaining({ code: 'TOO_LONG' }));
  });

  test('keeps its spaces and lines', () => {
    expect(checkText('  a\n b ')).toBe('  a\n b ');
  });

  test('has no half characters, which UTF-8 could not carry', () => {
    expect(checkText('a\ud800b')).toBe('a\ufffdb');
  });
});
