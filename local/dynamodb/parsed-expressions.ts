import type { Parser, ParserContext } from 'dynalite/db/conditionParser.js';

/** A parsed expression, with the values of the request that it was parsed for. */
interface Parsed {
  readonly expression: unknown;
  /** The name of each value object in `expression`. */
  readonly names: ReadonlyMap<unknown, string>;
  readonly usedNames: readonly string[];
  readonly usedValues: readonly string[];
}

/** Functions send the same few expressions again and again. */
const MAX_EXPRESSIONS = 1_000;

/** dynalite also checks the values of these, not only their types. */
const checksValues = /between|attribute_type/i;

const typeOf = (value: object): string => Object.keys(value).join();

/** A parse depends on the text, on all names, and on the type of each value. */
const keyOf = (text: string, { attrNames = {}, attrVals = {} }: ParserContext): string =>
  JSON.stringify([text, attrNames, Object.entries(attrVals).map(([name, value]) => [name, typeOf(value)])]);

const allTrue = (object: object = {}): Record<string, true> =>
  Object.fromEntries(Object.keys(object).map((name) => [name, true]));

const removed = (unused: object, all: object = {}): readonly string[] =>
  Object.keys(all).filter((name) => !(name in unused));

/** Copies a parsed expression, because dynalite changes it, and replaces the values. */
function copyWith(
  node: unknown,
  names: Parsed['names'],
  values: NonNullable<ParserContext['attrVals']>,
): unknown {
  if (typeof node !== 'object' || node === null) return node;
  const name = names.get(node);
  if (name !== undefined) return values[name];
  if (Array.isArray(node)) return node.map((each) => copyWith(each, names, values));
  const copy = Object.create(Object.getPrototypeOf(node));
  for (const [key, value] of Object.entries(node)) copy[key] = copyWith(value, names, values);
  return copy;
}

function drop(unused: Record<string, unknown> | undefined, used: readonly string[]): void {
  if (unused) for (const name of used) delete unused[name];
}

const changed = new WeakSet<Parser>();

/** Makes dynalite's parser parse each expression once, because parsing takes longer than the rest of a call. */
export function parseOnce(parser: Parser): void {
  if (changed.has(parser)) return;
  changed.add(parser);
  const { parse } = parser;
  const cache = new Map<string, Parsed>();

  function parseNew(text: string, context: ParserContext, key: string): Parsed {
    const own = {
      ...context,
      unusedAttrNames: allTrue(context.attrNames),
      unusedAttrVals: allTrue(context.attrVals),
    };
    const parsed = {
      expression: parse(text, { context: own }),
      names: new Map(Object.entries(context.attrVals ?? {}).map(([name, value]) => [value, name])),
      usedNames: removed(own.unusedAttrNames, context.attrNames),
      usedValues: removed(own.unusedAttrVals, context.attrVals),
    };
    // dynalite returns some errors as text. They are not cached, because they may quote a value.
    if (typeof parsed.expression === 'object') {
      if (cache.size >= MAX_EXPRESSIONS) cache.clear();
      cache.set(key, parsed);
    }
    return parsed;
  }

  parser.parse = (text, options) => {
    const { context } = options;
    if (checksValues.test(text)) return parse(text, options);
    const key = keyOf(text, context);
    const { expression, names, usedNames, usedValues } = cache.get(key) ?? parseNew(text, context, key);
    drop(context.unusedAttrNames, usedNames);
    drop(context.unusedAttrVals, usedValues);
    return copyWith(expression, names, context.attrVals ?? {});
  };
}
