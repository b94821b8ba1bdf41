import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Makes cloud assemblies of this project's app, in a temporary directory. */
export interface Synthesizer {
  /** Synthesizes with this CDK context; resolves to the assembly's directory. */
  synthesize(context: Record<string, unknown>): Promise<string>;
  /** Deletes what was made. */
  dispose(): void;
}

/** What the thread answers: the assembly is written, or why it is not. */
export type SynthesisReply = { readonly error: string | null };

/** What is synthesized: the app with this CDK context, into a directory. */
export interface Synthesis {
  readonly context: Record<string, unknown>;
  readonly outdir: string;
}

/**
 * Synthesizes in a thread of this process: beside the rest of the start, always from the source as it is
 * now, and the CDK's memory is given back when the thread ends.
 * @param context is added to every synthesis, and wins
 * @param run does it elsewhere; rejects with why it failed
 */
export function openSynthesizer(
  context: Record<string, unknown> = {},
  run: (synthesis: Synthesis) => Promise<void> = runThread,
): Synthesizer {
  const root = mkdtempSync(join(tmpdir(), 'parley-'));
  let count = 0;
  return {
    async synthesize(own) {
      count += 1;
      const outdir = join(root, String(count));
      await run({ context: { ...own, ...context }, outdir });
      removeArchives(outdir);
      return outdir;
    },
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What the CDK brings along to put the page into its bucket: over 20 MB in each assembly, and not run here. */
function removeArchives(assembly: string): void {
  const archives = readdirSync(assembly).filter((name) => name.endsWith('.zip'));
  for (const name of archives) rmSync(join(assembly, name));
}

function runThread(workerData: Synthesis): Promise<void> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./synthesize-thread.ts', import.meta.url), {
      workerData,
      execArgv: [],
    });
    thread.once('message', ({ error }: SynthesisReply) => {
      void thread.terminate();
      if (error === null) resolve();
      else reject(new Error(error));
    });
    thread.once('error', reject);
    thread.once('exit', () =>
      reject(new Error('Synth failed: its thread ended; run `npx cdk synth` to see why')),
    );
  });
}
