import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { installDynamodbLocal } from './install.ts';
import { requireJava, startDynamodbLocal } from './start.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** The tests whose results depend on the database. */
export const testsWithDatabase = [
  ...['test/stack', 'test/local/aws/dynamodb.test.ts'],
  ...['dynamodb-requests', 'mutes', 'profiles', 'serve-dynamodb', 'stack', 'write-window'].map(
    (name) => `test/local/${name}.test.ts`,
  ),
];

const fuzz = ['test/fuzz/run.ts', '--frames', '5000', '--seed', '12'];
const torture = ['test/torture/run.ts', '--seconds', '20', '--seed', '12', '--clients', '10', '--rooms', '3'];

/** Runs Node with its output on the console. Resolves to whether it succeeded. */
async function runNode(args: readonly string[], endpoint: string): Promise<boolean> {
  const env = { ...process.env, DYNAMODB_ENDPOINT: endpoint };
  const child = spawn(process.execPath, args, { cwd: project, stdio: 'inherit', env });
  const kill = () => child.kill();
  process.once('exit', kill);
  const [code] = await once(child, 'exit');
  process.off('exit', kill);
  return code === 0;
}

/**
 * Runs the tests, the fuzzer and a short torture against Amazon's DynamoDB Local. With arguments, runs only these
 * tests. Resolves to whether all succeeded.
 */
async function main(filters: readonly string[]): Promise<boolean> {
  await requireJava();
  const { endpoint, stop } = await startDynamodbLocal(await installDynamodbLocal());
  const vitest = (...tests: readonly string[]) => ['node_modules/vitest/vitest.mjs', 'run', ...tests];
  const commands = filters.length > 0 ? [vitest(...filters)] : [vitest(...testsWithDatabase), fuzz, torture];
  try {
    const results: boolean[] = [];
    for (const command of commands) results.push(await runNode(command, endpoint));
    return results.every(Boolean);
  } finally {
    await stop();
  }
}

if (import.meta.main) {
  // Exits like after an error, so that Java ends too.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  try {
    process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
