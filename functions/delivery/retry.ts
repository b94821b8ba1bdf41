import { isTransient } from './poster.ts';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 800;

export const pause = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms));

/** Full jitter: waiting callers spread over the whole interval (AWS Architecture Blog: exponential backoff and jitter). */
export const jittered = (attempt: number): number =>
  Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);

/**
 * Asks the gateway until it answers with what is waited for, or `budget` milliseconds are over.
 * @param again whether an answer is worth another try
 * @returns the last answer; undefined where the gateway gave none but "too fast" and "out of order"
 */
export async function retryTransient<T>(
  ask: () => Promise<T>,
  budget: number,
  again: (answer: T) => boolean = () => false,
): Promise<T | undefined> {
  const deadline = Date.now() + budget;
  for (let attempt = 0; ; attempt++) {
    const answer = await ask().catch((error: unknown) => {
      if (isTransient(error)) return undefined;
      throw error;
    });
    const wait = jittered(attempt);
    const final = answer !== undefined && !again(answer);
    if (final || Date.now() + wait > deadline) return answer;
    await pause(wait);
  }
}
