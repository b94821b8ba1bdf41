import { type Clock, systemClock } from '../../local/clock.ts';
import { readDeployment } from '../../local/deployment.ts';
import { Functions } from '../../local/lambda/functions.ts';
import type { Outcome } from '../../local/lambda/outcome.ts';
import { functionVariables } from '../../local/lambda/variables.ts';
import { type MiniFunction, writeAssembly } from './mini-assembly.ts';

export const endpoints = {
  edge: 'http://localhost:4',
  gateway: 'http://127.0.0.1:1',
  http: 'http://127.0.0.1:6',
  dynamodb: 'http://127.0.0.1:2',
  lambda: 'http://127.0.0.1:3',
  s3: 'http://127.0.0.1:5',
};
const credentials = { accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token' };
const open: Functions[] = [];

/** What the functions of this test logged. */
export const lines: string[] = [];

/** Ends what `start` started, and forgets what it logged. */
export async function closeFunctions(): Promise<void> {
  await Promise.all(open.splice(0).map((functions) => functions.close()));
  lines.length = 0;
}

/** Counts its events in a variable of the module. */
export const counter = 'let calls = 0; export const handler = async () => { calls += 1; return calls; };';

/** The definitions of these functions, read from a template. */
export function read(functions: Readonly<Record<string, MiniFunction>>) {
  const [first, ...rest] = Object.entries(functions);
  if (first === undefined) throw new Error('a function is needed');
  const routed = { ...first[1], routes: ['$default'] };
  return readDeployment(writeAssembly({ functions: { [first[0]]: routed, ...Object.fromEntries(rest) } }))
    .functions;
}

/** Functions on their own: no gateway, no IAM. */
export function start(
  functions: Readonly<Record<string, MiniFunction>>,
  { clock = systemClock, limit = 4 }: { clock?: Clock; limit?: number } = {},
): Functions {
  const started = new Functions({
    variablesOf: (definition) => functionVariables(definition, credentials, endpoints),
    clock,
    limit,
    log: (line) => lines.push(line),
  });
  open.push(started);
  started.update(read(functions));
  return started;
}

/** What the handler returned; rejects when it failed. */
export async function result(outcome: Promise<Outcome>): Promise<unknown> {
  const ended = await outcome;
  if (!ended.ok) throw new Error(ended.failure.errorMessage);
  return JSON.parse(ended.payload);
}
