// Runs in the child process that `synthesize.ts` starts.
import type { Synthesis, SynthesisReply } from './synthesize.ts';

/** Returns the app's own message, or the first line of any other error with its place in the source. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/^(Synthesis failed|Setting )/.test(message)) return message;
  // The stack of a syntax error begins with the error's place. The stack of any other error names the place in a frame.
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const place = /(?:lib|bin|functions)\/[\w./-]+\.ts:\d+/.exec(stack)?.[0] ?? 'lib/';
  return `Synthesis failed: ${message.split('\n')[0]} (${place}). Correct it and run again.`;
}

async function synthesize({ context, outdir }: Synthesis): Promise<SynthesisReply> {
  try {
    // Imported dynamically, so that an error while loading the app is reported too.
    const { createApp } = await import('../lib/app.ts');
    createApp({ context, outdir }).synth();
    return { error: null };
  } catch (error) {
    return { error: reasonOf(error) };
  }
}

process.once('message', async (synthesis: Synthesis) => {
  const reply = await synthesize(synthesis);
  // The parent may have ended meanwhile.
  if (!process.connected) return;
  process.send?.(reply);
  process.disconnect();
});
