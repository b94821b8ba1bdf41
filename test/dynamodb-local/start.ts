import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openRemote } from '../../local/dynamodb/database.ts';

export interface DynamodbLocal {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;

/** @throws if the command does not run Java */
export async function requireJava(java = 'java'): Promise<void> {
  try {
    await promisify(execFile)(java, ['-version']);
  } catch (cause) {
    const advice = 'Install Java 17 or later, for instance `apt-get install openjdk-17-jre-headless`.';
    throw new Error(`Could not start DynamoDB Local: \`${java} -version\` does not run. ${advice}`, {
      cause,
    });
  }
}

/**
 * Starts DynamoDB Local on a free port, in memory. Without -sharedDb it keeps a database for each access key, which
 * separates the stacks of tests that run at the same time.
 * @param directory contains DynamoDBLocal.jar
 * @throws if Java ends, or DynamoDB Local does not answer
 */
export async function startDynamodbLocal(directory: string): Promise<DynamodbLocal> {
  const port = await freePort();
  const options = ['-inMemory', '-disableTelemetry', '-port', String(port)];
  const child = spawn(
    'java',
    ['-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar', ...options],
    { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  process.once('exit', () => child.kill());
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = () => stopProcess(child);
  try {
    await Promise.race([waitUntilReady(endpoint), failure(child)]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, stop };
}

async function freePort(): Promise<number> {
  await using server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Rejects when the process ends or cannot be started. */
async function failure(child: ChildProcess): Promise<never> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text) => {
      output = `${output}${text}`.slice(-2_000);
    });
  }
  const [code] = await once(child, 'exit');
  throw new Error(`Could not start DynamoDB Local: Java ended with ${code}. It wrote:\n${output}`);
}

async function waitUntilReady(endpoint: string): Promise<void> {
  const database = openRemote(endpoint);
  const request = { operation: 'ListTables', input: {}, body: Buffer.from('{}') };
  const end = Date.now() + START_TIMEOUT_MS;
  try {
    for (;;) {
      const reply = await database.send(request).catch(() => undefined);
      if (reply?.status === 200) return;
      if (Date.now() > end) break;
      await pause(100);
    }
  } finally {
    await database.close();
  }
  throw new Error(`Could not start DynamoDB Local: it does not answer at ${endpoint}. Check the load.`);
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill();
  await exited;
}
