import { createRequire } from 'node:module';
import type { Parser, ParserContext } from 'dynalite/db/conditionParser.js';
import { expect, test } from 'vitest';
import { parseOnce } from '../../local/dynamodb/parsed-expressions.ts';

const require = createRequire(import.meta.url);
const parsers: Readonly<Record<string, Parser>> = {
  condition: { ...require('dynalite/db/conditionParser') },
  update: { ...require('dynalite/db/updateParser') },
  projection: { ...require('dynalite/db/projectionParser') },
};

const expressions: readonly (readonly [parser: string, text: string])[] = [
  ['condition', 'attribute_not_exists(room) OR seq < :n'],
  ['condition', '#a.b[1] = :s AND (NOT contains(tags, :s)) AND size(c) > :n'],
  ['condition', 'a BETWEEN :n AND :m'],
  ['condition', 'attribute_type(a, :s)'],
  ['condition', 'begins_with(a, :n)'],
  ['condition', 'a = :missing'],
  ['condition', 'a = = :n'],
  ['update', 'SET a = if_not_exists(a, :n) + :m, #a = :s REMOVE c.d ADD seq :n DELETE tags :set'],
  ['update', 'SET a = :s, a = :n'],
  ['update', 'SET a = a + :s'],
  ['projection', 'a, #a.b[2], c'],
  ['projection', 'a, name'],
];

const valuesOf = (n: number, type: 'S' | 'N' = 'S') => ({
  ':n': { N: String(n) },
  ':m': { N: '5' },
  ':s': { [type]: `${n}` },
  ':set': { SS: [`${n}`] },
});

const requests = [valuesOf(1), valuesOf(2), valuesOf(9), valuesOf(3, 'N'), valuesOf(4)].flatMap(
  (attrVals) => [
    { attrVals, attrNames: { '#a': 'first' } },
    { attrVals, attrNames: { '#a': 'second', '#unused': 'x' } },
  ],
);

/** Parses, and returns the result with the names and values that stay unused. */
function outcome(parser: Parser, text: string, request: Pick<ParserContext, 'attrNames' | 'attrVals'>) {
  const context = {
    ...structuredClone(request),
    unusedAttrNames: Object.fromEntries(
      Object.keys(request.attrNames ?? {}).map((name) => [name, true as const]),
    ),
    unusedAttrVals: Object.fromEntries(
      Object.keys(request.attrVals ?? {}).map((name) => [name, true as const]),
    ),
    isReserved: (name: string) => name === 'name',
    compare: (_: string, a: { readonly N: string }, b: { readonly N: string }) => Number(a.N) > Number(b.N),
  };
  const { unusedAttrNames, unusedAttrVals } = context;
  try {
    const parsed = parser.parse(text, { context });
    return { parsed, unusedAttrNames, unusedAttrVals };
  } catch (error) {
    return { error: String(error) };
  }
}

test.each(expressions)('parses a repeated %s expression like the first time: %s', (name, text) => {
  const plain = parsers[name] ?? { parse: () => undefined };
  const once = { ...plain };
  parseOnce(once);
  for (const request of [...requests, ...requests]) {
    expect(outcome(once, text, request)).toEqual(outcome(plain, text, request));
  }
});

test('parses an expression once, and gives each request a copy of its own', () => {
  let parses = 0;
  const once: Parser = {
    parse: (_, { context }) => ({ sections: [{ val: context.attrVals?.[':n'] }], number: ++parses }),
  };
  parseOnce(once);
  const parse = (n: number) => once.parse('SET a = :n', { context: { attrVals: valuesOf(n) } });
  const first = parse(1) as { sections: unknown[] };
  first.sections.length = 0;
  expect(parse(2)).toEqual({ sections: [{ val: { N: '2' } }], number: 1 });
});
