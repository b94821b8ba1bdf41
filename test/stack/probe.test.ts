import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildProbe } from '../../bin/probe/app.ts';
import {
  metricsQuestion,
  type ProbeTarget,
  probeQuestions,
  type Question,
} from '../../bin/probe/questions.ts';
import { type ProbeOptions, runProbe } from '../../bin/probe/run-probe.ts';
import type { Synthesizer } from '../../bin/synthesize.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { probeApp } from '../support/probe-app.ts';
import { testSynthesizer } from '../support/synthesizer.ts';
import { testDatabase } from '../support/test-database.ts';

let stack: Stack;
let synthesizer: Synthesizer;
const log: string[] = [];

beforeAll(async () => {
  synthesizer = testSynthesizer({ bundles: await buildProbe() }, probeApp);
  stack = await startStack({
    synthesize: synthesizer.synthesize,
    users: [],
    directory: null,
    ports: { edge: 0, socket: 0, dynamodb: 0, services: 0 },
    log: (line) => log.push(line),
    ...testDatabase(),
  });
});

afterAll(async () => {
  await stack?.stop();
  synthesizer?.dispose();
});

/** Runs the probe with a CDK that writes the outputs of the local stack. Resolves to the lines and the commands. */
async function run(questionsOf: (target: ProbeTarget) => readonly Question[], fails = false) {
  const lines: string[] = [];
  const commands: string[] = [];
  const cdk: ProbeOptions['cdk'] = async (command, ...args) => {
    commands.push(command);
    if (command === 'destroy') return;
    if (fails) throw new Error('the deploy failed');
    writeFileSync(args.at(-1) ?? '', JSON.stringify({ ParleyProbe: stack.outputs }));
  };
  const running = runProbe((line) => lines.push(line), { cdk, questionsOf });
  const error = await running.then(
    () => undefined,
    (reason: Error) => reason.message,
  );
  return { lines, commands, error };
}

test('the probe stack answers every question on the local stack as Parley assumes, and is deleted', async () => {
  const { lines, commands, error } = await run(probeQuestions);
  expect([error, commands]).toEqual([undefined, ['deploy', 'destroy']]);
  expect(lines.filter((line) => line.includes('assumed'))).toEqual([]);
  expect(lines).toContain(
    '- One POST `@connections` has 100 KB. What is the answer? **200, and the client gets one message**',
  );
  expect(log.filter((line) => line.startsWith('AccessDenied'))).toEqual([]);
});

test('a different answer is shown with what was assumed, and a question that fails does not end the run', async () => {
  const { lines } = await run(() => [
    { question: 'Why?', assumed: 'x', ask: () => Promise.reject(new Error('it broke')) },
    { question: 'How many?', assumed: '1', ask: async () => '2' },
  ]);
  expect(lines).toEqual(['- Why? **no answer: it broke** (assumed: x)', '- How many? **2** (assumed: 1)']);
});

test('the probe stack is deleted after a failed deploy too', async () => {
  const { commands, error } = await run(() => [], true);
  expect([error, commands]).toEqual(['the deploy failed', ['deploy', 'destroy']]);
});

test('docs/verify.md lists each question with what is assumed', () => {
  const page = readFileSync(new URL('../../docs/verify.md', import.meta.url), 'utf8');
  const target = { url: 'http://127.0.0.1', socketUrl: 'http://127.0.0.1' };
  for (const { question, assumed } of [...probeQuestions(target), metricsQuestion(target, 0)]) {
    expect(page).toContain(`- ${question} ${assumed}\n`);
  }
});
