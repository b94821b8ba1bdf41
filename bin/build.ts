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
   * Where `<entry>/index.mjs` and its map go, and beside them each module that it imports dynamically;
   * `dist/functions` by default.
   */
  readonly outdir?: string;
}

/**
 * Bundles every entry. What was there before stays until all of it is built, then goes. Throws an Error
 * that shows file and line when an entry does not build.
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
  throw new Error(`Build failed: no entry in ${functions}; put one *.ts file there for each Lambda`);
}

type EntryPoint = { readonly in: string; readonly out: string };

/**
 * A module that is imported dynamically becomes a file of its own beside the bundle, so that a function loads it when
 * it needs it and not before. It shares no code with the bundle: esbuild's own splitting would break the bundle up.
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

/** How every bundle is made. */
export const bundleSettings: esbuild.BuildOptions = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // esbuild knows no Node that has every property, and makes a call of RegExp of each such pattern; what makes a call
  // cannot be left out where nobody uses it.
  supported: { 'regexp-unicode-property-escapes': true, 'regexp-set-notation': true },
  // The AWS SDK has an ESM build behind `module`; its CommonJS one cannot be tree-shaken.
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
