import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify } from 'rolldown/utils';
import { type Bundle, bundled, measure, removeOthers, replaceFile } from './build-output.ts';

export interface WebOptions {
  /** The source directory with index.html; `web` by default. */
  readonly web?: string;
  /** The output directory; `dist/web` by default. */
  readonly outdir?: string;
}

/** Matches index.html's references to files of its own directory: a script, a style, an icon. */
const localReference = /(?<=\s(?:src|href)=")\.\/[^"]+(?=")/g;
/** The extensions of files that are copied unchanged. */
const copiedExtensions = ['.svg', '.png', '.webp', '.ico', '.woff2'];

/**
 * Builds the page and returns the size of each file. The names of the files that index.html refers to contain a hash of
 * their content, so that browsers can cache them forever.
 * @throws Error with the file and line of a build error
 */
export async function buildWeb(options: WebOptions = {}): Promise<readonly Bundle[]> {
  const web = resolve(options.web ?? fileURLToPath(new URL('../web', import.meta.url)));
  const outdir = options.outdir ?? fileURLToPath(new URL('../dist/web', import.meta.url));
  const html = readIndex(web);
  const result = await bundle(web, [...new Set(html.match(localReference) ?? [])], outdir);
  const names = builtNames(result.metafile.outputs, web);
  const index = html.replace(localReference, (path) => names.get(resolve(web, path)) ?? path);
  const files = new Map(result.outputFiles.map(({ path, contents }) => [basename(path), contents]));
  for (const name of files.keys()) if (name.endsWith('.js')) await shorten(name, files);
  // Written last, when the files that it refers to exist.
  files.set('index.html', new TextEncoder().encode(index));
  for (const [name, contents] of files) replaceFile(join(outdir, name), contents);
  removeOthers(outdir, new Set(files.keys()));
  return [...files].filter(([name]) => !name.endsWith('.map')).map(([name, each]) => measure(name, each));
}

function readIndex(web: string): string {
  try {
    return readFileSync(join(web, 'index.html'), 'utf8');
  } catch (error) {
    throw new Error(
      `Could not build the page: ${web} has no index.html. Add one that refers to the script.`,
      {
        cause: error,
      },
    );
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
    loader: Object.fromEntries(copiedExtensions.map((extension) => [extension, 'copy'] as const)),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2022', 'chrome111', 'firefox115', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // The client's hooks import React. Preact has the same hooks.
    alias: { react: 'preact/compat' },
    minify: true,
    // The bundle does not refer to its source map, because source maps are not deployed.
    sourcemap: 'external',
  });
}

/**
 * Shortens what esbuild's minifier leaves, which makes the page's script 3% smaller, and updates its source map. The hash
 * in the file's name is of the code before this, which does the same.
 */
async function shorten(name: string, files: Map<string, Uint8Array>): Promise<void> {
  const textOf = (file: string) => new TextDecoder().decode(files.get(file));
  const { code, map } = await minify(name, textOf(name), {
    module: true,
    compress: { target: 'es2022' },
    sourcemap: true,
    inputMap: JSON.parse(textOf(`${name}.map`)),
  });
  files.set(name, new TextEncoder().encode(code));
  files.set(`${name}.map`, new TextEncoder().encode(JSON.stringify(map)));
}

/** Returns the name of the output for each source that index.html refers to, by the source's absolute path. */
function builtNames(
  outputs: Readonly<Record<string, { readonly entryPoint?: string; readonly inputs: object }>>,
  web: string,
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(outputs).flatMap(([path, { entryPoint, inputs }]) => {
      // esbuild names no entry point for a copied file. Its only input is the source.
      const [source] = entryPoint === undefined ? Object.keys(inputs) : [entryPoint];
      if (source === undefined || path.endsWith('.map')) return [];
      return [[resolve(web, source), `./${basename(path)}`] as const];
    }),
  );
}
