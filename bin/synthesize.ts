import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Synthesizes a CDK app into temporary directories. */
export interface Synthesizer {
  /** Synthesizes with this CDK context. Resolves to the directory of the cloud assembly. */
  synthesize(context: Record<string, unknown>): Promise<string>;
  /** Deletes all assemblies. */
  dispose(): void;
}

/** The reply of the child process. The error is null if it wrote the assembly. */
export type SynthesisReply = { readonly error: string | null };

/** The CDK context and the output directory of one synthesis. */
export interface Synthesis {
  readonly context: Record<string, unknown>;
  readonly outdir: string;
}

/**
 * Synthesizes in a child process. The process always loads the current sources, runs beside the rest of the start-up,
 * and frees the CDK's memory, about 100 MB, when it ends. A thread would free only a part of it.
 * @param context overrides the context of every synthesis
 * @param run replaces the process; rejects with the reason of a failure
 */
export function openSynthesizer(
  context: Record<string, unknown> = {},
  run: (synthesis: Synthesis) => Promise<void> = runProcess,
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
 * Removes the archives with which the CDK deploys the page. They take over 20 MB in each assembly, and the local stack
 * does not use them.
 */
function removeArchives(assembly: string): void {
  const archives = readdirSync(assembly).filter((name) => name.endsWith('.zip'));
  for (const name of archives) rmSync(join(assembly, name));
}

function runProcess(synthesis: Synthesis): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./synthesize-process.ts', import.meta.url)), { execArgv: [] });
    child.once('message', ({ error }: SynthesisReply) => {
      if (error === null) resolve();
      else reject(new Error(error));
    });
    child.once('error', reject);
    child.once('exit', () =>
      reject(new Error('Synthesis failed: its process ended. Run `npx cdk synth` to see why.')),
    );
    child.send(synthesis);
  });
}
