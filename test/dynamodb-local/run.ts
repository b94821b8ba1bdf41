import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { installDynamodbLocal } from './install.ts';
import { requireJava, startDynamodbLocal } from './start.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** The tests whose results depend on the database. */
const tests = [
  ...['test/stack', 'test/fuzz', 'test/local/aws/dynamodb.test.ts'],
  ...['dynamodb-requests', 'mutes', 'profiles', 'serve-dynamodb', 'stack', 'write-window'].map(
    (name) => `test/local/${name}.test.ts`,
  ),
];

const torture = ['test/torture/run.ts', '--seconds', '20', '--seed', '12', '--clients', '10', '--rooms', '3'];

/** Runs a command with its output on the console. Resolves to whether it succeeded. */
async function run(command: string, args: readonly string[], endpoint: string): Promise<boolean> {
  const env = { ...process.env, DYNAMODB_ENDPOINT: endpoint };
  const child = spawn(command, args, { cwd: project, stdio: 'inherit', env });
  const [code] = await once(child, 'exit');
  return code === 0;
}

/**
 * Runs the tests against Amazon's DynamoDB Local, then a short torture. With arguments, runs only these tests and no
 * torture. Resolves to whether all succeeded.
 */
async function main(filters: readonly string[]): Promise<boolean> {
  await requireJava();
  const database = await startDynamodbLocal(await installDynamodbLocal());
  try {
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...(filters.length > 0 ? filters : tests)];
    const passed = await run(process.execPath, vitest, database.endpoint);
    return filters.length > 0 ? passed : (await run(process.execPath, torture, database.endpoint)) && passed;
  } finally {
    await database.stop();
  }
}

// Exits like after an error, so that Java ends too.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
