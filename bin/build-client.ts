import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Bundle, bundled, measure, replaceFile, sizeTable } from './build-output.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The entry points of the package, by bundle name. */
const entries = { client: 'client/index.ts', react: 'client/react/index.ts' };

/**
 * Properties of the client's internal classes, which the build gives short names. None may be the name of a public
 * property, of a frame's field or of a browser's own property: a test checks that.
 */
export const internalProperties: readonly string[] = [
  'acceptLoaded',
  'acknowledge',
  'announce',
  'attempts',
  'dropOnDisconnect',
  'expectOlder',
  'fetchOnce',
  'fileLink',
  'frameReceived',
  'hideStored',
  'isAnswer',
  'isDue',
  'isEmpty',
  'isLeaving',
  'isLive',
  'isRenewable',
  'leaveSent',
  'noRetry',
  'oldestId',
  'onFailed',
  'onFrame',
  'onPendingChanges',
  'onRefused',
  'onThrottle',
  'onUser',
  'participants',
  'raiseStatus',
  'retryLater',
  'sendNext',
  'setSeen',
  'setTyping',
  'silenceMs',
  'socketClass',
  'updateMessages',
  'updateState',
  'wellFormed',
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
    sourcemap: 'linked',
  });
  for (const { path, contents } of outputFiles) replaceFile(path, contents);
  const bundles = outputFiles.filter(({ path }) => path.endsWith('.js'));
  return bundles.map(({ path, contents }) => measure(basename(path, '.js'), contents));
}

/** Writes the type declarations of the client, and those of the server's schemas, from which its types derive. */
function declareClient(outdir = join(root, 'dist/client/types')): void {
  rmSync(outdir, { recursive: true, force: true });
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '--project', 'tsconfig.client.json', '--outDir', outdir], {
    cwd: root,
    stdio: 'inherit',
  });
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { quiet: { type: 'boolean' } } });
  const bundles = await buildClient();
  declareClient();
  if (values.quiet !== true) console.log(sizeTable(bundles, 'client'));
}
