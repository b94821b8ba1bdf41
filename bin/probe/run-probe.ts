import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { metricsQuestion, type ProbeTarget, probeQuestions, type Question } from './questions.ts';

const metricsWaitMs = 5 * 60_000;

export interface ProbeOptions {
  /** Runs a command of the CDK on the probe's app. */
  readonly cdk?: (command: 'deploy' | 'destroy', ...args: readonly string[]) => Promise<void>;
  readonly questionsOf?: (target: ProbeTarget) => readonly Question[];
}

/**
 * Deploys the probe stack with the shell's AWS credentials, asks the questions, and deletes the stack, even after a
 * failure. A question that fails does not end the run.
 * @param print called with each answer, as a line of Markdown
 * @throws Error when the deploy or the deletion fails
 */
export async function runProbe(
  print: (line: string) => void,
  { cdk = runCdk, questionsOf = allQuestions }: ProbeOptions = {},
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-probe-'));
  const outputs = join(directory, 'outputs.json');
  try {
    await cdk('deploy', '--require-approval', 'never', '--outputs-file', outputs);
    const questions = questionsOf(targetOf(JSON.parse(readFileSync(outputs, 'utf8')).ParleyProbe));
    // One after another, because an answer may depend on what else the API is doing.
    for (const question of questions) print(await answer(question));
  } finally {
    rmSync(directory, { recursive: true });
    await cdk('destroy', '--force');
  }
}

const allQuestions = (target: ProbeTarget) => [
  ...probeQuestions(target),
  metricsQuestion(target, metricsWaitMs),
];

const targetOf = (outputs: Readonly<Record<string, string>>): ProbeTarget => ({
  url: outputs['Url'] ?? '',
  socketUrl: outputs['SocketUrl'] ?? '',
});

async function answer({ question, assumed, ask }: Question): Promise<string> {
  const found = await ask().catch((error: Error) => `no answer: ${error.message}`);
  const isAssumed = assumed.split(' or ').includes(found);
  return `- ${question} **${found}**${isAssumed ? '' : ` (assumed: ${assumed})`}`;
}

/** Runs the cdk command. Its output goes to standard error. */
function runCdk(command: 'deploy' | 'destroy', ...args: readonly string[]): Promise<void> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const script = join(root, 'node_modules/aws-cdk/bin/cdk');
  const app = `${JSON.stringify(process.execPath)} bin/probe/app.ts`;
  const all = [command, '--app', app, '--output', 'dist/probe-assembly', ...args];
  const child = spawn(process.execPath, [script, ...all], {
    cwd: root,
    stdio: ['ignore', process.stderr, 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The probe stack failed: cdk ${command} exited with ${code}. See its output.`));
    });
  });
}
