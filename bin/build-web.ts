import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { rolldown } from 'rolldown';
import { type Bundle, bundled, measure, preactModule, removeOthers, replaceFile } from './build-output.ts';

export interface WebOptions {
  /** The source directory with index.html; `web` by default. */
  readonly web?: string;
  /** The output directory; `dist/web` by default. */
  readonly outdir?: string;
}

/** Matches index.html's references to files of its own directory: a script, a chunk to preload, a style, an icon. */
const localReference = /(?<=\s(src|href)=")\.\/[^"]+(?=")/g;
/** Matches index.html's links to chunks that the browser loads ahead. */
const preloadLink = /[ ]*<link rel="modulepreload" href="\.\/([^"]+)">\n/g;
/** Matches the icons that a manifest refers to. */
const iconReference = /(?<="src": ")\.\/[^"]+(?=")/g;
/** The service worker, which always has this name, so that browsers find its next version. */
const SERVICE_WORKER = 'service-worker';
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
  const sources = [...html.matchAll(localReference)].flatMap(([path, attribute]) =>
    // A script that `href` names is a chunk of another script.
    attribute === 'href' && isScript(path) ? [] : [resolve(web, path)],
  );
  const paths = [...new Set(sources)];
  const manifests = paths.filter(isManifest);
  const icons = manifests.flatMap((path) => (readText(path).match(iconReference) ?? []).map(inFolder(web)));
  const parts = [
    ...(await bundleScripts(web, paths.filter(isScript))),
    ...(await bundleOthers(web, [...paths.filter((path) => !isManifest(path)), ...icons], outdir)),
  ];
  const built = [...parts, ...manifests.map((path) => bundleManifest(web, path, parts))];
  const index = withBuiltNames(html, web, built);
  const page = { name: 'index.html', contents: new TextEncoder().encode(index) };
  // Written last, when the files that they refer to exist.
  const files = [...built, page, ...(await bundleServiceWorker(web, [...built, page]))];
  for (const { name, contents } of files) replaceFile(join(outdir, name), contents);
  removeOthers(outdir, new Set(files.map(({ name }) => name)));
  return files
    .filter(({ name }) => !name.endsWith('.map'))
    .map(({ name, contents }) => measure(name, contents));
}

/** A built file. */
interface BuiltFile {
  readonly name: string;
  readonly contents: Uint8Array;
  /** The absolute path of the source that index.html refers to. */
  readonly source?: string | undefined;
  /** The chunks that a script imports. */
  readonly imports?: readonly string[];
}

/**
 * Returns index.html with the names of the built files. Adds a link for each chunk that a preloaded chunk imports: the
 * browser would request it only after it has the chunk.
 */
function withBuiltNames(html: string, web: string, built: readonly BuiltFile[]): string {
  const names = new Map(built.map(({ name, source }) => [source, name]));
  const named = html.replace(localReference, (path) => {
    const name = names.get(resolve(web, path));
    if (name !== undefined) return `./${name}`;
    throw new Error(
      `Could not build the page: index.html preloads ${path}, which is not a chunk. Import it with import().`,
    );
  });
  const linked = new Set([...named.matchAll(localReference)].map(([path]) => path.slice(2)));
  return named.replace(preloadLink, (link, chunk) => {
    const links = [link];
    const pending = [chunk];
    for (const script of pending) {
      for (const name of built.find((each) => each.name === script)?.imports ?? []) {
        if (linked.has(name)) continue;
        linked.add(name);
        pending.push(name);
        links.push(link.replace(chunk, name));
      }
    }
    return links.join('');
  });
}

const isManifest = (path: string): boolean => path.endsWith('.webmanifest');

const inFolder = (folder: string) => (path: string) => resolve(folder, path);

const readText = (path: string): string => readFileSync(path, 'utf8');

const hashOf = (...contents: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const each of contents) hash.update(each);
  return hash.digest('hex').slice(0, 8);
};

/** Returns a manifest that names the built icons. */
function bundleManifest(web: string, source: string, parts: readonly BuiltFile[]): BuiltFile {
  const names = new Map(parts.map((part) => [part.source, part.name]));
  const text = readText(source).replace(iconReference, (path) => `./${names.get(resolve(web, path))}`);
  const contents = Buffer.from(JSON.stringify(JSON.parse(text)));
  return { name: `manifest-${hashOf(contents)}.webmanifest`, contents, source };
}

/**
 * Bundles the service worker, and puts the names of the files that it stores in front of it. Leaves out pictures, which
 * the page does not need without a network.
 */
async function bundleServiceWorker(web: string, files: readonly BuiltFile[]): Promise<readonly BuiltFile[]> {
  const source = join(web, `${SERVICE_WORKER}.ts`);
  if (!existsSync(source)) return [];
  const stored = files.filter(({ name }) => /\.(html|js|css|svg|woff2|json)$/.test(name));
  const names = stored.map(({ name }) => (name === 'index.html' ? './' : name));
  const version = hashOf(...stored.flatMap(({ name, contents }) => [name, contents]));
  const [script] = await bundleScripts(web, [source]);
  const release = `const RELEASE=${JSON.stringify({ version, files: names })};\n`;
  const contents = Buffer.concat([Buffer.from(release), script?.contents ?? Buffer.alloc(0)]);
  return [{ name: `${SERVICE_WORKER}.js`, contents }];
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

const targets = ['es2022', 'chrome111', 'firefox115', 'safari16.4'];

const isScript = (path: string): boolean => /\.tsx?$/.test(path);

/** The part of Rolldown's context that the chunks depend on. */
interface ModuleGraph {
  getModuleInfo(id: string): { importedIds: string[]; dynamicallyImportedIds: string[] } | null;
}

/**
 * Returns a function that names the chunk of a module, so that a page needs few files: `shared` for what all pages need
 * at once, and `inner` for the rest of the first page. Without it, Rolldown makes a chunk for each set of modules that
 * some pages share, and small chunks compress badly. Returns null for the modules of all other chunks.
 */
function firstChunks(entry: string) {
  let chunks: ReadonlyMap<string, string> | undefined;
  const nameModules = (graph: ModuleGraph): ReadonlyMap<string, string> => {
    const reach = (id: string, found = new Set<string>()): ReadonlySet<string> => {
      if (!found.has(id)) {
        found.add(id);
        for (const next of graph.getModuleInfo(id)?.importedIds ?? []) reach(next, found);
      }
      return found;
    };
    const first = reach(entry);
    const pages = [...first].flatMap((id) => graph.getModuleInfo(id)?.dynamicallyImportedIds ?? []);
    const reached = pages.map((page) => reach(page));
    const names = new Map<string, string>();
    if (pages.length < 2) return names;
    for (const id of reached[0] ?? []) if (!pages.includes(id)) names.set(id, 'inner');
    for (const id of [...first, ...reached.flatMap((page) => [...page])]) {
      if (id === entry || pages.includes(id)) continue;
      const isShared = first.has(id) || reached.filter((page) => page.has(id)).length > 1;
      if (isShared) names.set(id, 'shared');
    }
    return names;
  };
  return (id: string, graph: ModuleGraph): string | null => {
    chunks ??= nameModules(graph);
    return chunks.get(id) ?? null;
  };
}

/**
 * Bundles the scripts with Rolldown. Modules that a script imports later and shares with it stay in the script. With
 * esbuild, they would be in a file of their own, which is one more request before the first paint.
 */
async function bundleScripts(web: string, input: readonly string[]): Promise<readonly BuiltFile[]> {
  const [entry] = input;
  if (entry === undefined) return [];
  const chunkOf = firstChunks(entry);
  const build = await rolldown({
    input: [...input],
    cwd: web,
    platform: 'browser',
    tsconfig: false,
    transform: { target: targets, jsx: { runtime: 'automatic', importSource: 'preact' } },
    // The client's hooks import React.
    resolve: { alias: { react: preactModule } },
    checks: { moduleLevelDirective: false },
  });
  try {
    const { output } = await build.generate({
      format: 'esm',
      minify: true,
      comments: false,
      entryFileNames: '[name]-[hash].js',
      chunkFileNames: '[name]-[hash].js',
      hashCharacters: 'base36',
      codeSplitting: {
        groups: [
          {
            name: (id, graph) => (chunkOf(id, graph) === 'shared' ? 'shared' : null),
            debugName: 'shared',
            priority: 2,
          },
          { name: (id, graph) => chunkOf(id, graph), debugName: 'first page', priority: 1 },
        ],
      },
      // The bundle does not refer to its source map, because source maps are not deployed.
      sourcemap: 'hidden',
    });
    return output.map((file) => ({
      name: file.fileName,
      contents: Buffer.from(file.type === 'chunk' ? file.code : file.source),
      source: (file.type === 'chunk' && file.facadeModuleId) || undefined,
      imports: file.type === 'chunk' ? file.imports : [],
    }));
  } catch (error) {
    const { errors = [error] } = error as { errors?: readonly unknown[] };
    const shown = errors.map((each) => stripVTControlCharacters((each as Error).message)).join('\n');
    throw new Error(`Build failed: ${errors.length} in the source. Correct these:\n${shown}`, {
      cause: error,
    });
  } finally {
    await build.close();
  }
}

/** Bundles the styles, and copies files such as pictures. */
async function bundleOthers(
  web: string,
  sources: readonly string[],
  outdir: string,
): Promise<readonly BuiltFile[]> {
  const { metafile, outputFiles } = await bundled({
    absWorkingDir: web,
    entryPoints: sources.filter((path) => !isScript(path)),
    outdir,
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: Object.fromEntries(copiedExtensions.map((extension) => [extension, 'copy'] as const)),
    bundle: true,
    target: targets,
    minify: true,
    sourcemap: 'external',
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  return outputFiles.map(({ path, contents }) => {
    const name = basename(path);
    const { entryPoint, inputs = {} } = outputs.get(name) ?? {};
    // esbuild names no entry point for a copied file. Its only input is the source.
    const [source = ''] = entryPoint === undefined ? Object.keys(inputs) : [entryPoint];
    return { name, contents, source: name.endsWith('.map') ? undefined : resolve(web, source) };
  });
}
