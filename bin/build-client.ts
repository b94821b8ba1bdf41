import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { minify } from 'rolldown/utils';
import { type Bundle, bundled, compile, measure, replaceFile, sizeTable } from './build-output.ts';

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
      // Makes the bundle 2% smaller: rolldown's minifier shortens what esbuild's leaves.
      const { code } = await minify(path, text, { module: true, compress: { target: 'es2022' } });
      const contents = Buffer.from(code);
      replaceFile(path, contents);
      return measure(basename(path, '.js'), contents);
    }),
  );
}

/** Bundles the custom elements `<parley-chat>` and `<parley-room>` with their styles, as one module. */
export async function buildElements(outdir = join(root, 'dist/client')): Promise<Bundle> {
  const target = ['es2022', 'chrome111', 'firefox115', 'safari16.4'];
  const styles = await bundled({
    entryPoints: [join(root, 'web/style.css')],
    outdir,
    bundle: true,
    minify: true,
    target,
  });
  const { outputFiles } = await bundled({
    entryPoints: [join(root, 'web/elements.tsx')],
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    alias: { react: 'preact/compat' },
    define: { STYLES: JSON.stringify(styles.outputFiles[0]?.text) },
    minify: true,
  });
  const [{ path, contents } = { path: '', contents: new Uint8Array() }] = outputFiles;
  replaceFile(path, contents);
  return measure('elements', contents);
}

/** Bundles the client of the admin API for Node, as one module without packages. */
export async function buildServer(outdir = join(root, 'dist/server')): Promise<Bundle> {
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
  const bundles = [...(await buildClient()), await buildElements(), await buildServer()];
  declareClient();
  if (values.quiet !== true) console.log(sizeTable(bundles, 'client'));
}
