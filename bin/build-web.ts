import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bundle, bundled, measure, removeOthers, replaceFile } from './build-output.ts';

export interface WebOptions {
  /** The directory with index.html and all that it names; `web` by default. */
  readonly web?: string;
  /** Where index.html and what it names go, side by side; `dist/web` by default. */
  readonly outdir?: string;
}

/** What index.html names of its own directory: a script, a style, an icon. */
const named = /(?<=\s(?:src|href)=")\.\/[^"]+(?=")/g;
const copied = ['.svg', '.png', '.webp', '.ico', '.woff2'];

/**
 * Builds the page: each file that index.html names gets the hash of its content into its name, so that a browser may
 * keep it for good. Throws an Error that shows file and line when something does not build.
 */
export async function buildWeb(options: WebOptions = {}): Promise<readonly Bundle[]> {
  const web = resolve(options.web ?? fileURLToPath(new URL('../web', import.meta.url)));
  const outdir = options.outdir ?? fileURLToPath(new URL('../dist/web', import.meta.url));
  const html = readIndex(web);
  const result = await bundle(web, [...new Set(html.match(named) ?? [])], outdir);
  const names = builtNames(result.metafile.outputs, web);
  const index = html.replace(named, (path) => names.get(resolve(web, path)) ?? path);
  const files = new Map(result.outputFiles.map(({ path, contents }) => [basename(path), contents]));
  // Last, when all that it names is there.
  files.set('index.html', new TextEncoder().encode(index));
  for (const [name, contents] of files) replaceFile(join(outdir, name), contents);
  removeOthers(outdir, new Set(files.keys()));
  return [...files].filter(([name]) => !name.endsWith('.map')).map(([name, each]) => measure(name, each));
}

function readIndex(web: string): string {
  try {
    return readFileSync(join(web, 'index.html'), 'utf8');
  } catch (error) {
    throw new Error(`Build failed: no index.html in ${web}; put one there that names the script`, {
      cause: error,
    });
  }
}

function bundle(web: string, entries: readonly string[], outdir: string) {
  return bundled({
    absWorkingDir: web,
    entryPoints: [...entries],
    outdir,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: Object.fromEntries(copied.map((extension) => [extension, 'copy'] as const)),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2022', 'chrome111', 'firefox115', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // The client's hooks are written for React, and Preact has the same ones.
    alias: { react: 'preact/compat' },
    minify: true,
    // Beside the code and not named in it: maps are not deployed.
    sourcemap: 'external',
  });
}

/** The absolute path of each source that index.html names → the name of what was built of it. */
function builtNames(
  outputs: Readonly<Record<string, { readonly entryPoint?: string; readonly inputs: object }>>,
  web: string,
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(outputs).flatMap(([path, { entryPoint, inputs }]) => {
      // A file that is copied has no entry point but itself.
      const [source] = entryPoint === undefined ? Object.keys(inputs) : [entryPoint];
      if (source === undefined || path.endsWith('.map')) return [];
      return [[resolve(web, source), `./${basename(path)}`] as const];
    }),
  );
}
