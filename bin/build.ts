import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Bundle, bundled, measure, removeOthers, replaceFile, sizeTable } from './build-output.ts';
import { buildWeb } from './build-web.ts';

export interface BuildOptions {
  /** The directory whose top-level *.ts files are the entries; `functions` by default. */
  readonly functions?: string;
  /** Where `<entry>/index.mjs` and its map go; `dist/functions` by default. */
  readonly outdir?: string;
}

/**
 * Bundles every entry. What was there before stays until all of it is built, then goes. Throws an Error
 * that shows file and line when an entry does not build.
 */
export async function build(options: BuildOptions = {}): Promise<readonly Bundle[]> {
  const functions = options.functions ?? fileURLToPath(new URL('../functions', import.meta.url));
  const outdir = options.outdir ?? fileURLToPath(new URL('../dist/functions', import.meta.url));
  const result = await bundle(functions, listEntries(functions), outdir);
  const files = new Map(result.outputFiles.map((file) => [file.path, file.contents]));
  files.set(join(outdir, 'meta.json'), new TextEncoder().encode(JSON.stringify(result.metafile)));
  for (const [path, contents] of files) replaceFile(path, contents);
  removeOthers(outdir, new Set([...files.keys()].map((path) => relative(outdir, path).split(sep)[0])));
  return [...files]
    .filter(([path]) => path.endsWith('.mjs'))
    .map(([path, contents]) => measure(basename(dirname(path)), contents));
}

function listEntries(functions: string): readonly string[] {
  const names = existsSync(functions) ? readdirSync(functions).sort() : [];
  const entries = names.filter((name) => name.endsWith('.ts')).map((name) => basename(name, '.ts'));
  if (entries.length > 0) return entries;
  throw new Error(`Build failed: no entry in ${functions}; put one *.ts file there for each Lambda`);
}

function bundle(functions: string, entries: readonly string[], outdir: string) {
  return bundled({
    entryPoints: entries.map((entry) => ({
      in: join(functions, `${entry}.ts`),
      out: join(entry, 'index'),
    })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // The AWS SDK has an ESM build behind `module`; its CommonJS one cannot be tree-shaken.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    treeShaking: true,
    minify: true,
    sourcemap: 'linked',
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
