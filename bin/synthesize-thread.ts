// Runs in the thread that `synthesize.ts` starts.
import { parentPort, workerData } from 'node:worker_threads';
import type { Synthesis, SynthesisReply } from './synthesize.ts';

const { context, outdir }: Synthesis = workerData;

/** A mistake in the source of the app is shown with its place; what the app says itself, in its own line. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith('Synth failed') || message.includes('; ')) return message;
  // The first place in this project: a syntax error's stack begins with it, any other's names it in a frame.
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const place = /(?:lib|bin|functions)\/[\w./-]+\.ts:\d+/.exec(stack)?.[0] ?? 'lib/';
  return `Synth failed: ${message.split('\n')[0]} (${place}); correct it and run again`;
}

let error: string | null = null;
try {
  // Imported here, so that a mistake in the app's own modules is caught as well.
  const { createApp } = await import('../lib/app.ts');
  createApp({ context, outdir }).synth();
} catch (failure) {
  error = reasonOf(failure);
}
parentPort?.postMessage({ error } satisfies SynthesisReply);
