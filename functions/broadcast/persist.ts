import { type PostOutcome, TryAgain } from './poster.ts';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 800;

const pause = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms));

/** Full jitter: waiting callers spread over the whole interval (AWS Architecture Blog: exponential backoff and jitter). */
const jittered = (attempt: number): number =>
  Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);

/**
 * Tries a post until it is answered or `budget` milliseconds are over.
 * @param again whether an outcome is worth another try, beside a gateway that asked for one
 * @returns the last outcome; 'failed' where the gateway never took it
 */
export async function persist(
  post: () => Promise<PostOutcome>,
  budget: number,
  again: (outcome: PostOutcome) => boolean = () => false,
): Promise<PostOutcome> {
  const deadline = Date.now() + budget;
  for (let attempt = 0; ; attempt++) {
    const outcome = await post().catch((error: unknown) => {
      if (error instanceof TryAgain) return undefined;
      throw error;
    });
    const wait = jittered(attempt);
    const final = outcome !== undefined && !again(outcome);
    if (final || Date.now() + wait > deadline) return outcome ?? 'failed';
    await pause(wait);
  }
}
