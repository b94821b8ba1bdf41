import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const everything = ['*'];

/** The folders of `functions/` from the lowest layer to the highest. */
const layers = [
  'domain',
  'aws',
  'store',
  'dialects',
  'auth',
  'log',
  'delivery',
  'connections',
  'rooms',
  'commands',
  'gateway',
].map((folder) => `functions/${folder}`);

/** Which layer may import which. A layer may always import itself. `types:` allows types and no values. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  functions: layers,
  'functions/domain': [],
  'functions/aws': [],
  'functions/store': ['functions/domain', 'functions/aws'],
  'functions/dialects': ['functions/domain'],
  'functions/auth': ['functions/domain'],
  'functions/log': ['functions/domain', 'functions/store'],
  'functions/delivery': layers.slice(0, layers.indexOf('functions/delivery')),
  'functions/connections': layers.slice(0, layers.indexOf('functions/connections')),
  'functions/rooms': layers.slice(0, layers.indexOf('functions/rooms')),
  'functions/commands': layers.slice(0, layers.indexOf('functions/commands')),
  'functions/gateway': layers,
  lib: ['types:functions/domain'],
  local: [],
  client: ['types:functions/dialects'],
  server: ['functions/aws', 'types:functions/dialects'],
  web: ['client'],
  bin: everything,
  test: everything,
  bench: everything,
};

const tests = ['bin', 'test', 'bench'];
const withSdk = ['store', 'delivery', 'gateway', 'auth'].map((folder) => `functions/${folder}`);

/** Packages that only some layers may import. Other packages are allowed everywhere but in `withoutPackages`. */
const packages: readonly { readonly name: RegExp; readonly layers: readonly string[] }[] = [
  { name: /^(aws-cdk-lib|constructs|cdk-nag|@aws-cdk\/.+)$/, layers: ['lib', ...tests] },
  { name: /^@aws-sdk\//, layers: [...withSdk, ...tests] },
  { name: /^(dynalite|ws)$/, layers: ['local', ...tests] },
];

const withoutPackages = ['functions/domain'];

/** An import that the table does not allow, with the reason. */
export interface BadImport {
  readonly file: string;
  readonly line: number;
  readonly target: string;
  readonly why: string;
}

interface Import {
  readonly target: string;
  readonly line: number;
  readonly typeOnly: boolean;
}

/** Finds all imports that the table does not allow. @param sources file contents by path from the project root */
export function findBadImports(sources: ReadonlyMap<string, string>): readonly BadImport[] {
  return [...sources].flatMap(([file, source]) =>
    listImports(source).flatMap((found) => {
      const why = judge(file, found);
      return why === null ? [] : [{ file, line: found.line, target: found.target, why }];
    }),
  );
}

function judge(file: string, { target, typeOnly }: Import): string | null {
  const from = layerOf(file);
  if (!/^[./]/.test(target)) return judgePackage(from, target);
  const to = layerOf(target.startsWith('/') ? target : posix.join(posix.dirname(file), target));
  const allowed = arrows[from] ?? [];
  if (from === to || allowed === everything || allowed.includes(to)) return null;
  if (!allowed.includes(`types:${to}`)) return `${from} may not import ${to}`;
  return typeOnly ? null : `${from} may import only types of ${to}`;
}

function judgePackage(from: string, target: string): string | null {
  if (withoutPackages.includes(from)) return `${from} may not import a package`;
  const name = /^(@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target;
  const rule = packages.find((each) => each.name.test(name));
  return rule === undefined || rule.layers.includes(from) ? null : `${from} may not import ${name}`;
}

/** Returns the layer of a file: `functions/store`, `functions` for an entry, or else its top folder. */
function layerOf(path: string): string {
  const parts = path.split('/');
  if (parts.length < 2 || parts[0] === '..' || path.startsWith('/')) return 'outside';
  return parts[0] === 'functions' && parts.length > 2 ? `functions/${parts[1]}` : (parts[0] ?? 'outside');
}

// Text that may look like an import. Code within a template literal's `${}` is not read.
const comment = String.raw`\/\/[^\n]*|\/\*[^]*?\*\/`;
const text = String.raw`'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\x60(?:\\[^]|[^\x60\\])*\x60`;
// A slash after an operator or a keyword starts a regular expression; elsewhere it is a division.
const pattern = String.raw`(?<=(?:^|[(,=:[!&|?{};~^+*%<>-]|\b(?:return|typeof|case|in|of))\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/`;
const opaque = new RegExp(`(?<comment>${comment})|(?<text>${text})|${pattern}`, 'g');

const importForms: readonly RegExp[] = [
  // import x from '…', import type { X } from '…', export * from '…'
  /(?<![.\w$])(?:import|export)\b\s*(?<type>type\b(?!\s*(?:,|from\b)))?[\w$\s{},*]*?\bfrom\s*"(?<at>\d+)"/g,
  // import '…'
  /(?<![.\w$])import\s*"(?<at>\d+)"/g,
  // import('…'), require('…'), import.meta.resolve('…')
  /(?<![.\w$])(?:import|require|import\.meta\.resolve)\s*\(\s*"(?<at>\d+)"/g,
];
const urlForm = /\bnew\s+URL\s*\(\s*"(?<at>\d+)"\s*,\s*import\.meta\.url\b/g;

function listImports(source: string): readonly Import[] {
  // Replaces each string literal by its position in the source, so that the patterns below only match code.
  const texts = new Map<string, string>();
  const code = source.replace(opaque, (match: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as { text?: string };
    if (groups.text === undefined) return ' ';
    const at = String(rest.at(-3));
    texts.set(at, match.slice(1, -1));
    return `"${at}"`;
  });
  const read = (form: RegExp) =>
    [...code.matchAll(form)].map(({ groups }) => ({
      target: texts.get(groups?.['at'] ?? '') ?? '',
      line: source.slice(0, Number(groups?.['at'])).split('\n').length,
      typeOnly: groups?.['type'] !== undefined,
    }));
  const files = read(urlForm).filter(({ target }) => /^\..*\.[cm]?[jt]sx?$/.test(target));
  return [...importForms.flatMap(read), ...files].sort((a, b) => a.line - b.line);
}

/** Reads all sources of all layers, by their path from the project root. */
export function readSources(): ReadonlyMap<string, string> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const folders = new Set(Object.keys(arrows).map((layer) => layer.split('/')[0]));
  const files = globSync(`{${[...folders].join(',')}}/**/*.{ts,tsx,mts,js,mjs}`, { cwd: root }).sort();
  return new Map(files.map((file) => [file, readFileSync(posix.join(root, file), 'utf8')]));
}

if (import.meta.main) {
  const bad = findBadImports(readSources());
  for (const { file, line, target, why } of bad) console.error(`${file}:${line} imports ${target}: ${why}`);
  if (bad.length > 0) process.exitCode = 1;
}
