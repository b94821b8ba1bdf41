import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSynthesizer, type Synthesis, type Synthesizer } from '../../bin/synthesize.ts';

/** The address of the process below. Test processes inherit it. */
const URL_VARIABLE = 'PARLEY_TEST_SYNTHESIZER';

let synthesizing: ChildProcess | undefined;
let temporary: string | undefined;

/**
 * Starts one synthesizing process for all tests, because loading the CDK takes longer than a synthesis. Gives all tests
 * one temporary directory, because Vitest kills its processes before they can delete what they share between files.
 */
export async function setup(): Promise<void> {
  if (process.env[URL_VARIABLE] !== undefined) return;
  temporary = mkdtempSync(join(tmpdir(), 'parley-tests-'));
  process.env['TMPDIR'] = temporary;
  synthesizing = fork(fileURLToPath(new URL('synthesizing-process.ts', import.meta.url)), { execArgv: [] });
  const [port] = await once(synthesizing, 'message');
  process.env[URL_VARIABLE] = `http://127.0.0.1:${port}`;
}

export function teardown(): void {
  synthesizing?.kill();
  if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
}

/** A synthesis of the app that a module creates. */
export interface AppSynthesis extends Synthesis {
  /** The path of a module that exports `createApp`. Default: the app of this repository. */
  readonly app?: string;
}

async function ask(url: string, synthesis: AppSynthesis): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(synthesis) });
  if (!response.ok) throw new Error(await response.text());
}

/**
 * Opens a synthesizer for tests. Torture and benches, which run outside of Vitest, get the one of `npm start`.
 * @param app as in `AppSynthesis`
 */
export function testSynthesizer(context: Record<string, unknown> = {}, app?: string): Synthesizer {
  const url = process.env[URL_VARIABLE];
  return url === undefined
    ? openSynthesizer(context)
    : openSynthesizer(context, (synthesis) => ask(url, { ...synthesis, ...(app && { app }) }));
}
