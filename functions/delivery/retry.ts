import { isTransient, type Poster } from './poster.ts';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 800;

/** How long closes and lookups are retried, in milliseconds. */
export const CLOSE_BUDGET_MS = 1_000;
const LOOKUP_BUDGET_MS = 1_000;

export const pause = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms));

/** Returns a backoff in milliseconds with full jitter (AWS Architecture Blog: exponential backoff and jitter). */
export const jitteredBackoff = (attempt: number): number =>
  Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);

/**
 * Repeats a call to API Gateway with backoff until it returns a final answer or `budget` milliseconds have passed.
 * @param isRetried whether to retry after an answer
 * @returns the last answer; undefined if every attempt failed with a transient error
 * @throws the error of the call if it is not transient, such as a missing grant
 */
export async function retryTransient<T>(
  call: () => Promise<T>,
  budget: number,
  isRetried: (answer: T) => boolean = () => false,
): Promise<T | undefined> {
  const deadline = Date.now() + budget;
  for (let attempt = 0; ; attempt++) {
    const answer = await call().catch((error: unknown) => {
      if (isTransient(error)) return undefined;
      throw error;
    });
    const wait = jitteredBackoff(attempt);
    const isFinal = answer !== undefined && !isRetried(answer);
    if (isFinal || Date.now() + wait > deadline) return answer;
    await pause(wait);
  }
}

/**
 * Closes a connection. Retries while API Gateway throttles or fails.
 * @returns whether the connection is closed now
 * @throws an error that no retry fixes, such as a missing grant
 */
export const close = async (connection: string, poster: Pick<Poster, 'close'>): Promise<boolean> =>
  (await retryTransient(() => poster.close(connection).then(() => true), CLOSE_BUDGET_MS)) ?? false;

/**
 * Closes a connection whose handshake may not be over: API Gateway answers 410 until then, so retries after 410 too.
 * @param budget milliseconds
 * @returns true if the connection was closed, false if the answer stayed 410, and undefined if API Gateway throttled or
 *   failed until the budget was spent
 */
export const closeOpening = (
  connection: string,
  poster: Pick<Poster, 'close'>,
  budget: number,
): Promise<boolean | undefined> =>
  retryTransient(
    () => poster.close(connection),
    budget,
    (closed) => !closed,
  );

/**
 * Returns whether a connection is open. Without an answer from API Gateway within a second, it counts as open.
 * @throws an error that no retry fixes, such as a missing grant
 */
export const isOpen = async (connection: string, poster: Pick<Poster, 'isOpen'>): Promise<boolean> =>
  (await retryTransient(() => poster.isOpen(connection), LOOKUP_BUDGET_MS)) ?? true;
