// Runs the checks and all tests at the same time, because the tests often wait. `npm test` passes its arguments to Vitest.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('..', import.meta.url));

async function succeeds(child: ChildProcess): Promise<boolean> {
  const [code] = await once(child, 'exit');
  return code === 0;
}

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const tests = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { cwd, stdio: 'inherit' });
const checks = spawn('npm run -s check 2>&1', { cwd, shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
const [areKept, arePassed, report] = await Promise.all([
  succeeds(checks),
  succeeds(tests),
  text(checks.stdout),
]);
// Last, so that the errors of the checks are not lost among the results of the tests.
console.log(report);
if (!areKept) console.error('The checks failed: see the lines above. Run `npm run check` to repeat them.');
if (!areKept || !arePassed) process.exitCode = 1;
