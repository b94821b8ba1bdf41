import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest: { readonly exports: Readonly<Record<string, { readonly types: string }>> } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);

/** Returns the declarations that an entry exports: their names, each with its declaration file. */
function exportsOf(entry: string): readonly (readonly [name: string, file: string])[] {
  const source = readFileSync(entry, 'utf8');
  const own = Array.from(source.matchAll(/^export (?:declare )?(?:interface|type|class) (\w+)/gm));
  const named = Array.from(source.matchAll(/^export (?:type )?\{([^}]+)\} from ["'](.+)["']/gm));
  return [
    ...own.map(([, name = '']) => [name, entry] as const),
    ...named.flatMap(([, names = '', from = '']) =>
      names.split(',').flatMap((each) => {
        const name = each.trim().replace(/^type /, '');
        const file = join(dirname(entry), from.replace(/\.[jt]s$/, '.d.ts'));
        return name === '' ? [] : [[name, file] as const];
      }),
    ),
  ];
}

/** Returns the names of an exported declaration and of its members that have no docstring. */
function undocumentedIn(name: string, file: string): readonly string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const pattern = new RegExp(`^export (declare |abstract )*(class|interface|type|const|function) ${name}\\b`);
  const start = lines.findIndex((line) => pattern.test(line));
  expect(start, `${name} is declared in ${file}`).toBeGreaterThanOrEqual(0);
  const isBlock = /^export .*\b(class|interface) /.test(lines[start] ?? '');
  const length = isBlock ? lines.slice(start).indexOf('}') : 1;
  const seen = new Set<string>();
  return lines.slice(start, start + length).flatMap((line, index) => {
    const member = index === 0 ? '' : /^ {4}(?!private\b)(?:\w+ )*?(\w+)\??[(:<]/.exec(line)?.[1];
    if (member === undefined || seen.has(member)) return [];
    seen.add(member);
    const isDocumented = lines[start + index - 1]?.endsWith('*/');
    return isDocumented ? [] : [member === '' ? name : `${name}.${member}`];
  });
}

describe.each(Object.entries(manifest.exports))('the entry %s', (_entry, { types }) => {
  test('has a docstring for each export and each of its members', () => {
    const entry = join(root, types);
    expect(existsSync(entry), 'The package is not built. Run `npm run build`.').toBe(true);
    const exported = exportsOf(entry);
    expect(exported).not.toEqual([]);
    expect(exported.flatMap(([name, file]) => undocumentedIn(name, file))).toEqual([]);
  });
});
