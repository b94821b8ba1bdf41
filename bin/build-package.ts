// Compiles the construct and the commands to JavaScript with types, because Node runs no TypeScript below node_modules.
// The bundles of functions, the page and the client are built by the other scripts.
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from './build-output.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const outdir = join(root, 'dist/node');

rmSync(outdir, { recursive: true, force: true });
compile('tsconfig.package.json');
cpSync(join(root, 'lib/edge'), join(outdir, 'lib/edge'), { recursive: true });
chmodSync(join(outdir, 'bin/parley.js'), 0o755);
