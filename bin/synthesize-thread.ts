// Runs in the worker thread that `synthesize.ts` starts.
import { parentPort, workerData } from 'node:worker_threads';
import type { Synthesis, SynthesisReply } from './synthesize.ts';

const { context, outdir }: Synthesis = workerData;

/** Returns the app's own message, or the first line of any other error with its place in the source. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/^(Synthesis failed|Setting )/.test(message)) return message;
  // The stack of a syntax error begins with the error's place. The stack of any other error names the place in a frame.
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const place = /(?:lib|bin|functions)\/[\w./-]+\.ts:\d+/.exec(stack)?.[0] ?? 'lib/';
  return `Synthesis failed: ${message.split('\n')[0]} (${place}). Correct it and run again.`;
}

let error: string | null = null;
try {
  // Imported dynamically, so that an error while loading the app is reported too.
  const { createApp } = await import('../lib/app.ts');
  createApp({ context, outdir }).synth();
} catch (failure) {
  error = reasonOf(failure);
}
parentPort?.postMessage({ error } satisfies SynthesisReply);
