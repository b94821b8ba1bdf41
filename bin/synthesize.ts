import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Synthesizes this project's CDK app into a temporary directory. */
export interface Synthesizer {
  /** Synthesizes with this CDK context. Resolves to the directory of the cloud assembly. */
  synthesize(context: Record<string, unknown>): Promise<string>;
  /** Deletes all assemblies. */
  dispose(): void;
}

/** The thread's reply: null if the assembly was written, else the reason. */
export type SynthesisReply = { readonly error: string | null };

/** The CDK context and the output directory of one synthesis. */
export interface Synthesis {
  readonly context: Record<string, unknown>;
  readonly outdir: string;
}

/**
 * Synthesizes in a worker thread. The thread always loads the current sources, runs beside the rest of the start-up,
 * and frees the CDK's memory when it ends.
 * @param context overrides the context of every synthesis
 * @param run replaces the thread; rejects with the reason of a failure
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

/**
 * Removes the CDK's archives for deploying the page: over 20 MB in each assembly, which the local stack does not use.
 */
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
      reject(new Error('Synthesis failed: its thread ended. Run `npx cdk synth` to see why.')),
    );
  });
}
