import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [property: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof Object(value).type === 'string';

const childrenOf = (node: Node): readonly Node[] => Object.values(node).flat().filter(isNode);

const nameOf = (node: unknown): string => {
  const { name = '', namespace } = Object(node);
  return String(namespace ? `${nameOf(namespace)}:${nameOf(name)}` : isNode(name) ? nameOf(name) : name);
};

/** Attributes that users see or hear, and properties of components that become such attributes. */
const textAttributes =
  /^(title|label|busyLabel|action|alt|placeholder|aria-(label|description|placeholder|roledescription|valuetext))$/;
/** Words that programs read: names of keys, headers and events. */
const words =
  /^(Enter|Escape|Home|End|Tab|Shift|Control|Meta|Alt|Space|Backspace|Delete|Files|Authorization|Bearer|Accept|Date)$/;

/** Returns whether a string is a text for people: in a component a capitalized word, and several words everywhere. */
const isProse = (text: string, lang: 'ts' | 'tsx'): boolean =>
  (lang === 'tsx' && /^\p{Lu}\p{Ll}+…?$/u.test(text) && !words.test(text)) ||
  /^\W*\p{Lu}[\p{L}'’]* \S*\p{L}/u.test(text);

const hasLetters = (text: string): boolean => /\p{L}/u.test(text);

/** Returns the text of a string or a template; undefined for any other node. */
function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : undefined;
  if (node.type === 'JSXExpressionContainer') return textOf(node['expression']);
  if (node.type !== 'TemplateLiteral') return undefined;
  const quasis = node['quasis'] as readonly { readonly value: { readonly cooked: string } }[];
  return quasis.map(({ value }) => value.cooked).join('');
}

/** Returns the texts in a component that belong in the catalogue. */
function literalTexts(source: string, lang: 'ts' | 'tsx' = 'tsx'): readonly string[] {
  const found: string[] = [];
  const visit = (node: Node): void => {
    const text = textOf(node);
    if (node.type === 'JSXText' && hasLetters(String(node['value'])))
      found.push(String(node['value']).trim());
    else if (node.type === 'JSXAttribute') {
      const value = textOf(node['value']);
      const isText = textAttributes.test(nameOf(node['name']));
      if (value !== undefined && isText && hasLetters(value)) found.push(value);
      else if (value === undefined && isNode(node['value'])) visit(node['value']);
    } else if (text !== undefined && isProse(text, lang)) found.push(text);
    // Errors of the program are in English. Imports and types are not texts.
    else if (!/^(NewExpression|ImportDeclaration|TS\w+)$/.test(node.type) || isAction(node))
      for (const child of isSuper(node) ? [] : childrenOf(node)) visit(child);
  };
  visit(parseAst(source, { lang }) as unknown as Node);
  return found;
}

const isSuper = (node: Node): boolean =>
  node.type === 'CallExpression' && Object(node['callee']).type === 'Super';

/** Returns whether a node is an expression with `new` that can contain texts, or a cast. */
const isAction = ({ type, callee }: Node): boolean =>
  type === 'NewExpression'
    ? !/Error$/.test(nameOf(callee))
    : /^TS(As|Satisfies|NonNull)Expression$/.test(type);

test.each([
  ['<p>Hello</p>', ['Hello']],
  ['<Button label="Save" kind="primary" />', ['Save']],
  [`<input placeholder={\`Search \${room}\`} class="Big field" />`, ['Search ']],
  ['const title = isOwn ? "You" : name;', ['You']],
  [`show(\`Could not send: \${why}\`);`, ['Could not send: ']],
  ['const a = { text: "No messages yet" } as const;', ['No messages yet']],
  ['<p class="lead">{name} · {count}</p>', []],
  ['if (event.key === "Enter") throw new TypeError("Use a number instead.");', []],
  ['import { a } from "./Some file"; type A = "One"; const kind = "text-button";', []],
])('finds the texts in %s', (source, texts) => {
  expect(literalTexts(source)).toEqual(texts);
});

test('components have no texts of their own: all are in the catalogue', () => {
  const files = globSync('web/**/*.{ts,tsx}', { cwd: root }).filter((path) => !path.startsWith('web/texts/'));
  expect(files.length).toBeGreaterThan(60);
  const found = files.flatMap((path) =>
    literalTexts(readFileSync(`${root}/${path}`, 'utf8'), path.endsWith('x') ? 'tsx' : 'ts').map(
      (text) => `${path}: ${text}`,
    ),
  );
  expect(found).toEqual([]);
});

const catalogue = (pattern: string) =>
  globSync(`web/texts/${pattern}.ts`, { cwd: root }).map((path) => ({
    path,
    source: readFileSync(`${root}/${path}`, 'utf8'),
  }));

/** Values of texts that are not written by users, so their direction is known. */
const ownValues = new Set(
  'atOnce, characters, date, day, emoji, files, limit, members, names, reactions, reason, role, state, status, them, time'.split(
    ', ',
  ),
);

test('texts isolate the names and other texts of users that they contain', () => {
  const bare = [...catalogue('english*'), ...catalogue('arabic*')].flatMap(({ path, source }) =>
    Array.from(source.matchAll(/\$\{(\w+)\}/g))
      .filter(([, name = '']) => !ownValues.has(name))
      .map(([text]) => `${path}: ${text}`),
  );
  expect(bare).toEqual([]);
});

test('Arabic texts with a count have the forms of all plural rules, and no text is left in English', () => {
  for (const { path, source } of catalogue('arabic*')) {
    const plurals = source.match(/\bplural(?:Form)?\([\s\S]*?\}\)/g) ?? [];
    for (const plural of plurals) {
      const forms = Array.from(plural.matchAll(/\b(zero|one|two|few|many|other):/g), ([, form]) => form);
      expect(forms, plural).toContain('other');
      // After a word that is the same for all numbers, or for verbs, fewer forms are enough.
      if (plural.includes('#')) expect(forms, plural).toEqual(expect.arrayContaining(['few', 'many']));
    }
    const english = Array.from(source.matchAll(/[:,(] ?['`]([^'`]*)['`]/g), ([, text = '']) => text)
      .map((text) =>
        text.replaceAll(/\$\{[^}]*\}|https:\/\/|Parley|\b(Ctrl|Cmd|Esc|Enter|Shift|Home|End|Tab)\b/g, ''),
      )
      .filter((text) => /[A-Za-z]{2}/.test(text) && !text.startsWith('./'));
    expect(english, path).toEqual([]);
  }
});
