import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { demoUsers, seedDemo } from '../../bin/demo.ts';
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts';
import { testSynthesizer } from './synthesizer.ts';
import { testDatabase } from './test-database.ts';

/** A running local stack of the real app, with its log. */
export interface TestStack {
  readonly stack: Stack;
  readonly socketUrl: string;
  readonly dynamodbUrl: string;
  readonly chatTable: string;
  readonly connectionsTable: string;
  /** All log lines so far. */
  readonly lines: readonly string[];
  token: Stack['token'];
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Execution environments per function. Each new one takes as much CPU time as about 50 events in a warm one. `welcome`
 * occupies one for up to ten seconds if a socket closes during its handshake, and other sockets must not wait for that.
 */
const ENVIRONMENTS = 4;

/**
 * Starts a new stack in memory, on free ports and without a rate limit. It runs the real app: its template, the bundles
 * in `dist/`, the demo rooms and the demo users. `context` is added to the CDK context. The variable PARLEY_AWS_CLIENT=sdk runs the tests
 * with the AWS SDK, and DYNAMODB_ENDPOINT with another DynamoDB. Call `stop` in `afterAll`: it throws when a call was
 * denied, so that a missing grant fails the test.
 */
export async function startTestStack(
  overrides: Partial<StackOptions> = {},
  context: Record<string, unknown> = {},
): Promise<TestStack> {
  for (const built of ['functions/send/index.mjs', 'web/index.html']) {
    if (existsSync(fileURLToPath(new URL(`../../dist/${built}`, import.meta.url)))) continue;
    throw new Error(`Test stack did not start: dist/${built} is not built; run \`npm run build\``);
  }
  const lines: string[] = [];
  const awsClient = process.env['PARLEY_AWS_CLIENT'] ?? 'signed';
  const synthesizer = testSynthesizer({ rateLimit: 'off', awsClient, ...context });
  try {
    const stack = await startStack({
      synthesize: synthesizer.synthesize,
      users: demoUsers,
      environments: ENVIRONMENTS,
      directory: null,
      ports: { edge: 0, socket: 0, dynamodb: 0, services: 0 },
      log: (line) => lines.push(line),
      ...testDatabase(),
      ...overrides,
    });
    await seedDemo({ endpoint: stack.dynamodbUrl, chatTable: variable(stack, 'CHAT_TABLE') });
    return testStackOf(stack, lines, async () => {
      await stack.stop();
      synthesizer.dispose();
    });
  } catch (error) {
    synthesizer.dispose();
    throw error;
  }
}

/** @param end is called by `stop`, before it looks for denied calls */
export function testStackOf(stack: Stack, lines: readonly string[], end: () => Promise<void>): TestStack {
  return {
    stack,
    socketUrl: stack.socketUrl,
    dynamodbUrl: stack.dynamodbUrl,
    chatTable: variable(stack, 'CHAT_TABLE'),
    connectionsTable: variable(stack, 'CONNECTIONS_TABLE'),
    lines,
    token: (username, options) => stack.token(username, options),
    settled: () => stack.settled(),
    async stop() {
      await end();
      const denied = lines.filter((line) => line.startsWith('AccessDenied'));
      if (denied.length > 0) throw new Error(denied.join('\n'));
    },
  };
}

function variable(stack: Stack, name: string): string {
  const value = stack.variable(name);
  if (value !== undefined) return value;
  throw new Error(`Test stack did not start: no function has the variable ${name}; add it in lib/`);
}
