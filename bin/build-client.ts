import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { minify } from 'rolldown/utils';
import {
  type Bundle,
  bundled,
  compile,
  measure,
  preactModule,
  replaceFile,
  sizeTable,
} from './build-output.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The entry points of the package, by bundle name. */
const entries = { client: 'client/index.ts', react: 'client/react/index.ts' };

/**
 * Properties of the client's internal classes. The build gives them short names, which makes the client 4% smaller, as
 * its size limit requires. None may be the name of a public property, of a frame's field or of a browser's own property:
 * a test checks that. A property that is missing here only makes the client larger.
 */
export const internalProperties: readonly string[] = [
  'acceptLoaded',
  'acknowledge',
  'addOlder',
  'addPage',
  'announce',
  'attempts',
  'context',
  'dispatch',
  'expectOlder',
  'expiresAt',
  'fetchOnce',
  'fileLink',
  'frameReceived',
  'hasGap',
  'heardAt',
  'heartbeat',
  'hideStored',
  'isAnswer',
  'isDue',
  'isEmpty',
  'isLeaving',
  'isLive',
  'isRenewable',
  'isUnheard',
  'leaveSent',
  'log',
  'oldestId',
  'onDead',
  'onEnd',
  'onFailed',
  'onFrame',
  'onLeft',
  'onLive',
  'onPage',
  'onPendingChanges',
  'onPhase',
  'onRefused',
  'onState',
  'onSubscribe',
  'onText',
  'onThrottle',
  'onTimeout',
  'onUser',
  'outbox',
  'participants',
  'phase',
  'pinged',
  'queue',
  'raiseStatus',
  'reconnect',
  'rest',
  'retryLater',
  'sendNext',
  'setPresence',
  'setSeen',
  'setTyping',
  'socketClass',
  'sync',
  'tokens',
  'updateMessages',
  'updateState',
];

/**
 * Bundles the client and its React hooks for browsers, as ES modules without React.
 * @param outdir the folder for `client.js` and `react.js`
 * @returns the sizes of the bundles
 */
export async function buildClient(outdir = join(root, 'dist/client')): Promise<readonly Bundle[]> {
  const { outputFiles } = await bundled({
    entryPoints: Object.entries(entries).map(([out, entry]) => ({ in: join(root, entry), out })),
    outdir,
    bundle: true,
    external: ['react'],
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    mangleProps: new RegExp(`^(${internalProperties.join('|')})$`),
    charset: 'utf8',
  });
  return Promise.all(
    outputFiles.map(async ({ path, text }) => {
      // Minifies esbuild's output further, which makes the bundle 2% smaller.
      const { code } = await minify(path, text, { module: true, compress: { target: 'es2022' } });
      const contents = Buffer.from(code);
      replaceFile(path, contents);
      return measure(basename(path, '.js'), contents);
    }),
  );
}

/**
 * Bundles the custom elements `<parley-chat>` and `<parley-room>` with their styles. `elements.js` imports the other files:
 * one at once, and dialogs, languages, the parser of formatting and the emoji when they are needed.
 * @returns the sizes of the files that load at once, and of those that load later
 */
export async function buildElements(outdir = join(root, 'dist/client')): Promise<readonly Bundle[]> {
  const target = ['es2022', 'chrome111', 'firefox115', 'safari16.4'];
  const styles = await bundled({
    stdin: {
      contents: '@import "./style.css"; @import "./later.css";',
      resolveDir: join(root, 'web'),
      loader: 'css',
    },
    outdir,
    bundle: true,
    minify: true,
    target,
  });
  const { outputFiles, metafile } = await bundled({
    absWorkingDir: outdir,
    entryPoints: [join(root, 'web/elements.tsx')],
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'elements-[name]-[hash]',
    format: 'esm',
    platform: 'browser',
    target,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    alias: { react: preactModule },
    define: { STYLES: JSON.stringify(styles.outputFiles[0]?.text) },
    charset: 'utf8',
    minify: true,
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
  // `elements.js` is written last, when the files that it imports exist.
  for (const [name, contents] of [...files].reverse()) replaceFile(join(outdir, name), contents);
  removeElements(outdir, files);
  const imports = metafile.outputs['elements.js']?.imports ?? [];
  const first = imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => basename(path));
  const isFirst = (name: string) => name === 'elements.js' || first.includes(name);
  const sizeOf = (entry: string, names: readonly string[]): Bundle => {
    const sizes = names.map((name) => measure(name, files.get(name) ?? new Uint8Array()));
    const sum = (key: 'bytes' | 'gzipBytes') => sizes.reduce((total, each) => total + each[key], 0);
    return { entry, bytes: sum('bytes'), gzipBytes: sum('gzipBytes') };
  };
  const names = [...files.keys()];
  return [
    sizeOf('elements', names.filter(isFirst)),
    sizeOf(
      'elements, later',
      names.filter((name) => !isFirst(name)),
    ),
  ];
}

/** Removes the files of earlier builds of the elements. */
function removeElements(outdir: string, kept: ReadonlyMap<string, unknown>): void {
  for (const name of readdirSync(outdir)) {
    if (/^elements-.*\.js$/.test(name) && !kept.has(name)) rmSync(join(outdir, name), { force: true });
  }
}

/** Bundles the client of the admin API for Node, as one module without packages. */
async function buildServer(outdir = join(root, 'dist/server')): Promise<Bundle> {
  const { outputFiles } = await bundled({
    entryPoints: [{ in: join(root, 'server/index.ts'), out: 'server' }],
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    charset: 'utf8',
  });
  const [{ path, contents } = { path: '', contents: new Uint8Array() }] = outputFiles;
  replaceFile(path, contents);
  return measure('server', contents);
}

/**
 * Writes the type declarations of the clients and of the custom elements, and those of the server's schemas, from which
 * the client's types derive.
 */
function declareClient(): void {
  rmSync(join(root, 'dist/client/types'), { recursive: true, force: true });
  compile('tsconfig.client.json');
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { quiet: { type: 'boolean' } } });
  const bundles = [...(await buildClient()), ...(await buildElements()), await buildServer()];
  declareClient();
  if (values.quiet !== true) console.log(sizeTable(bundles, 'client'));
}
