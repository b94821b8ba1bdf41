// Compiles the construct and the commands to JavaScript with types, because Node runs no TypeScript below node_modules.
// The bundles of functions, the page and the client are built by the other scripts.
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from './build-output.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const outdir = join(root, 'dist/node');

rmSync(outdir, { recursive: true, force: true });
compile('tsconfig.package.json');
cpSync(join(root, 'lib/edge'), join(outdir, 'lib/edge'), { recursive: true });
chmodSync(join(outdir, 'bin/parley.js'), 0o755);
collectSdk();

/** Copies each file of the AWS SDK once, because most functions have the same ones: 12 MB in all. */
function collectSdk(): void {
  const functions = join(root, 'dist/functions');
  mkdirSync(join(outdir, 'sdk'));
  for (const path of globSync('*/sdk-*.mjs', { cwd: functions })) {
    const contents = readFileSync(join(functions, path));
    const copy = join(outdir, 'sdk', basename(path));
    if (existsSync(copy) && !readFileSync(copy).equals(contents)) {
      throw new Error(`Build failed: ${basename(path)} is not the same for all functions. Build them again.`);
    }
    writeFileSync(copy, contents);
  }
}
