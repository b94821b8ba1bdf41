import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const outdir = join(root, 'dist/node');

/**
 * Compiles the construct and the commands to JavaScript with types, because Node runs no TypeScript below node_modules.
 * The bundles of functions, the page and the client must be built before.
 */
export function buildPackage(): void {
  rmSync(outdir, { recursive: true, force: true });
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '--project', 'tsconfig.package.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  cpSync(join(root, 'lib/edge'), join(outdir, 'lib/edge'), { recursive: true });
  chmodSync(join(outdir, 'bin/parley.js'), 0o755);
}

if (import.meta.main) buildPackage();
