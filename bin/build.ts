import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type * as esbuild from 'esbuild';
import { type Bundle, bundled, measure, removeOthers, replaceFile, sizeTable } from './build-output.ts';
import { buildWeb } from './build-web.ts';

export interface BuildOptions {
  /** The directory whose top-level *.ts files are the entries; `functions` by default. */
  readonly functions?: string;
  /**
   * The output directory, by default `dist/functions`. Each entry gets a directory with `index.mjs`, its source map,
   * and a file for each module that it imports dynamically.
   */
  readonly outdir?: string;
}

/**
 * Bundles every entry. Replaces the previous bundles only after all entries are built.
 * @throws Error with file and line when an entry does not build
 */
export async function build(options: BuildOptions = {}): Promise<readonly Bundle[]> {
  const functions = options.functions ?? fileURLToPath(new URL('../functions', import.meta.url));
  const outdir = options.outdir ?? fileURLToPath(new URL('../dist/functions', import.meta.url));
  const lazy = lazyModules();
  const entries = listEntries(functions).map((entry) => ({
    in: join(functions, `${entry}.ts`),
    out: join(entry, 'index'),
  }));
  const result = await bundle(entries, outdir, lazy.plugin);
  const later = lazy.entriesOf(result.metafile);
  const loaded = later.length > 0 ? (await bundle(later, outdir, lazy.plugin)).outputFiles : [];
  const files = new Map([...result.outputFiles, ...loaded].map((file) => [file.path, file.contents]));
  files.set(join(outdir, 'meta.json'), new TextEncoder().encode(JSON.stringify(result.metafile)));
  for (const [path, contents] of files) replaceFile(path, contents);
  removeOthers(outdir, new Set([...files.keys()].map((path) => relative(outdir, path).split(sep)[0])));
  return [...files]
    .filter(([path]) => basename(path) === 'index.mjs')
    .map(([path, contents]) => measure(basename(dirname(path)), contents));
}

function listEntries(functions: string): readonly string[] {
  const names = existsSync(functions) ? readdirSync(functions).sort() : [];
  const entries = names.filter((name) => name.endsWith('.ts')).map((name) => basename(name, '.ts'));
  if (entries.length > 0) return entries;
  throw new Error(`Build failed: no entry in ${functions}. Add one *.ts file for each Lambda function.`);
}

type EntryPoint = { readonly in: string; readonly out: string };

/**
 * Writes dynamically imported modules to files beside the bundle, so that a function loads them only when it needs
 * them. These files share no code with the bundle, because code splitting would divide the bundle into many files.
 */
function lazyModules() {
  const sources = new Map<string, string>();
  const plugin: esbuild.Plugin = {
    name: 'lazy-modules',
    setup({ onResolve }) {
      onResolve({ filter: /^\..*\.ts$/ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined;
        const file = `./${basename(path, '.ts')}.mjs`;
        sources.set(file, join(resolveDir, path));
        return { path: file, external: true };
      });
    },
  };
  const entriesOf = ({ outputs }: esbuild.Metafile): EntryPoint[] =>
    Object.values(outputs).flatMap(({ entryPoint, imports }) =>
      imports.flatMap(({ path }) => {
        const source = sources.get(path);
        if (source === undefined || entryPoint === undefined) return [];
        return [{ in: source, out: join(basename(entryPoint, '.ts'), basename(path, '.mjs')) }];
      }),
    );
  return { plugin, entriesOf };
}

/** The settings of all function bundles. */
export const bundleSettings: esbuild.BuildOptions = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // By default esbuild turns patterns with these features into calls of RegExp, which tree shaking cannot remove.
  supported: { 'regexp-unicode-property-escapes': true, 'regexp-set-notation': true },
  // The AWS SDK has its ESM build in the field `module`. Its CommonJS build cannot be tree-shaken.
  mainFields: ['module', 'main'],
  conditions: ['module'],
  treeShaking: true,
  minify: true,
  sourcemap: 'linked',
};

function bundle(entryPoints: EntryPoint[], outdir: string, plugin: esbuild.Plugin) {
  return bundled({
    ...bundleSettings,
    entryPoints,
    outdir,
    plugins: [plugin],
    outExtension: { '.js': '.mjs' },
  });
}

if (import.meta.main) {
  try {
    const { values } = parseArgs({
      options: {
        quiet: { type: 'boolean' },
        functions: { type: 'string' },
        outdir: { type: 'string' },
        web: { type: 'string' },
        'web-outdir': { type: 'string' },
      },
    });
    const { web, 'web-outdir': outdir } = values;
    const bundles = await build(values);
    const page = await buildWeb({ ...(web && { web }), ...(outdir && { outdir }) });
    if (values.quiet !== true) console.log(`${sizeTable(bundles)}\n\n${sizeTable(page, 'page')}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
