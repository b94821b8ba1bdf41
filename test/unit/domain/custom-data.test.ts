import { describe, expect, it } from 'vitest';
import { isCustomData, MAX_DATA_BYTES, MAX_DATA_DEPTH } from '../../../functions/domain/custom-data.ts';

const nested = (levels: number): unknown => (levels === 1 ? {} : { a: nested(levels - 1) });

describe('custom data', () => {
  it('accepts JSON objects', () => {
    for (const data of [{}, { order: 7, tags: ['a', null, true], of: { shop: '🛒' } }, Object.create(null)]) {
      expect(isCustomData(data)).toBe(true);
    }
  });

  it('refuses other values', () => {
    for (const value of [null, undefined, 'text', 7, true, [], [{}], new Date(), new Map(), () => ({})]) {
      expect(isCustomData(value)).toBe(false);
    }
  });

  it('limits the size in bytes of UTF-8', () => {
    const sized = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });
    expect(isCustomData(sized(MAX_DATA_BYTES))).toBe(true);
    expect(isCustomData(sized(MAX_DATA_BYTES + 1))).toBe(false);
    expect(isCustomData({ a: 'é'.repeat(MAX_DATA_BYTES / 2) })).toBe(false);
    // A quote takes two bytes in JSON.
    expect(isCustomData({ a: '"'.repeat(MAX_DATA_BYTES / 2) })).toBe(false);
  });

  it('limits the depth, without reading deeper', () => {
    expect(isCustomData(nested(MAX_DATA_DEPTH))).toBe(true);
    expect(isCustomData(nested(MAX_DATA_DEPTH + 1))).toBe(false);
    const depth = 30_000;
    expect(isCustomData(JSON.parse(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`))).toBe(false);
  });

  it('refuses NUL characters and lone surrogates in keys and values', () => {
    for (const text of ['a\0b', '\ud83d', 'x\udc00']) {
      expect(isCustomData({ text })).toBe(false);
      expect(isCustomData({ [text]: 1 })).toBe(false);
      expect(isCustomData({ list: [{ deep: text }] })).toBe(false);
    }
  });

  it('refuses values that JSON cannot hold', () => {
    for (const value of [Number.NaN, JSON.parse('1e999'), undefined, 1n, Symbol('a'), () => 1]) {
      expect(isCustomData({ value })).toBe(false);
    }
  });

  it('treats __proto__ and constructor as ordinary keys', () => {
    const json = '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}';
    const data: unknown = JSON.parse(json);
    expect(isCustomData(data)).toBe(true);
    expect(JSON.stringify(data)).toBe(json);
    expect(Object.keys(data as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(isCustomData(JSON.parse('{"__proto__":"a\\u0000b"}'))).toBe(false);
  });
});
