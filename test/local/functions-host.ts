import { afterAll, afterEach } from 'vitest';
import { type Clock, systemClock } from '../../local/clock.ts';
import { readDeployment } from '../../local/deployment.ts';
import { Functions, type FunctionsOptions } from '../../local/lambda/functions.ts';
import type { Outcome } from '../../local/lambda/runtime.ts';
import { functionVariables } from '../../local/lambda/variables.ts';
import { type MiniFunction, removeTemporaryDirectories, writeAssembly } from './mini-assembly.ts';

export const endpoints = {
  edge: 'http://localhost:4',
  gateway: 'http://127.0.0.1:1',
  http: 'http://127.0.0.1:6',
  dynamodb: 'http://127.0.0.1:2',
  lambda: 'http://127.0.0.1:3',
  s3: 'http://127.0.0.1:5',
};
const credentials = { accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token' };
const running: Functions[] = [];

/** The log lines of this test. */
export const lines: string[] = [];

/** Closes the functions of each test in the calling file, and empties the log. */
export function useFunctionsHost(): void {
  afterEach(async () => {
    await Promise.all(running.splice(0).map((functions) => functions.close()));
    lines.length = 0;
  });
  afterAll(removeTemporaryDirectories);
}

/** A handler that returns how many events its environment has handled. */
export const counter = 'let calls = 0; export const handler = async () => { calls += 1; return calls; };';

/** Writes a template with these functions (the first one gets a route) and reads their definitions. */
export function read(
  functions: Readonly<Record<string, MiniFunction>>,
  resources: Readonly<Record<string, unknown>> = {},
) {
  const entries = Object.entries(functions).map(([name, each], index) => [
    name,
    index === 0 ? { ...each, routes: ['$default'] } : each,
  ]);
  return readDeployment(writeAssembly({ functions: Object.fromEntries(entries), resources })).functions;
}

/** Deploys functions without a gateway and without IAM. */
export function start(
  functions: Readonly<Record<string, MiniFunction>>,
  {
    clock = systemClock,
    limit = 4,
    resources = {},
    ...options
  }: Partial<FunctionsOptions> & { clock?: Clock; resources?: Readonly<Record<string, unknown>> } = {},
): Functions {
  const started = new Functions({
    variablesOf: (definition) => functionVariables(definition, credentials, endpoints),
    clock,
    limit,
    log: (line) => lines.push(line),
    ...options,
  });
  running.push(started);
  started.update(read(functions, resources));
  return started;
}

/** Resolves to the handler's return value. Rejects if the invocation failed. */
export async function result(outcome: Promise<Outcome>): Promise<unknown> {
  const ended = await outcome;
  if (!ended.ok) throw new Error(ended.failure.errorMessage);
  return JSON.parse(ended.payload);
}
