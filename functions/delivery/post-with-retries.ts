import type { Pace } from './pace.ts';
import { isThrottled, isTransient, type Poster, type PostOutcome } from './poster.ts';
import { jitteredBackoff, pause } from './retry.ts';

/** How long posts are attempted, in milliseconds. */
export interface Budget {
  /** For one post, counted from its first attempt. */
  readonly perPost: number;
  /** For all posts of a delivery. No attempt starts after this time. */
  readonly total: number;
}

/**
 * `failed`: the post did not succeed within its budget. `expired`: not posted, because the connection's token expired.
 * `unresponsive`: the client stopped reading, and API Gateway's buffer for it is full.
 */
export type Outcome = PostOutcome | 'failed' | 'expired' | 'unresponsive';

type Answer = PostOutcome | 'failed' | 'expired' | 'throttled' | 'no answer';

/** A post to one connection, with its budget. */
export interface RetriedPost {
  readonly connection: string;
  readonly attempt: () => Promise<PostOutcome | 'expired'>;
  readonly poster: Pick<Poster, 'isOpen'>;
  readonly pace: Pace;
  readonly perPost: number;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

/**
 * The pause before a retry, in milliseconds, while API Gateway throttles the whole function and the window of parallel
 * posts shrinks. `bench/fan-out.ts` measures its effect in a room of 10,000.
 */
const SHORT_PAUSE_MS = 10;
const LONGEST_SHORT_PAUSE_MS = 100;

/** A post counts as throttled alone if this many posts for each throttled one were delivered since its last attempt. */
const DELIVERED_PER_THROTTLED = 20;

/** How many probes in a row must succeed before the throttling is attributed to clients. */
const PROBES = 3;

/** The check of a client whose buffer seems full: its number of rounds, and its longest duration in milliseconds. */
const CHECK_ROUNDS = 6;
const CHECK_MS = 800;

const shortBackoff = (attempt: number): number =>
  Math.random() * Math.min(LONGEST_SHORT_PAUSE_MS, SHORT_PAUSE_MS * (attempt + 1));

const attemptPost = ({ attempt, pace, deadline }: RetriedPost) =>
  pace.run(async (number): Promise<{ answer: Answer; number: number }> => {
    if (Date.now() > deadline) return { answer: 'failed', number };
    try {
      return { answer: await attempt(), number };
    } catch (error) {
      if (!isTransient(error)) throw error;
      return { answer: isThrottled(error) ? 'throttled' : 'no answer', number };
    }
  });

/** @returns whether the connection is open; undefined if API Gateway throttled or failed, or after the deadline */
const probe = ({ pace, poster, connection, deadline }: RetriedPost): Promise<boolean | undefined> =>
  pace.probe(async () => (Date.now() > deadline ? undefined : poster.isOpen(connection)));

/** Finds out whether the account is at its limit. At the limit, one probe may succeed, but hardly `PROBES` in a row. */
async function probeAccount(post: RetriedPost): Promise<void> {
  for (let count = 0; count < PROBES; count++) if ((await probe(post)) === undefined) return;
  post.pace.setBelowLimit();
}

/**
 * Checks a post that has been throttled for long: in each round, probes its connection and makes one more attempt.
 *
 * An account at its limit throttles probes too. A probe may succeed there by chance right before a post is throttled,
 * but hardly in six rounds, and without a throttled probe in the whole delivery meanwhile (decision 011).
 * @returns the last answer: 'throttled' if the client is unresponsive; undefined if the account may be at its limit
 */
async function checkThrottled(post: RetriedPost): Promise<Answer | undefined> {
  const { pace } = post;
  const { throttledProbes } = pace;
  let answer: Answer = 'throttled';
  for (let round = 0; round < CHECK_ROUNDS && answer === 'throttled'; round++) {
    if (round > 0) await pause(shortBackoff(round));
    const isOpen = await probe(post);
    if (isOpen === undefined || pace.throttledProbes > throttledProbes) return undefined;
    if (!isOpen) return 'gone';
    answer = (await attemptPost(post)).answer;
    if (answer === 'throttled') pace.countClientThrottle();
  }
  return answer === 'throttled' && pace.throttledProbes > throttledProbes ? undefined : answer;
}

/**
 * Returns when to check a post that was throttled at its first attempt: before the deadline, and after `perPost / 2`.
 */
const firstCheckAt = ({ perPost, deadline }: RetriedPost): number =>
  Math.max(Date.now() + perPost / 2, Math.min(Date.now() + perPost, deadline - CHECK_MS));

const isFinal = (answer: Answer): answer is Exclude<Answer, 'throttled' | 'no answer'> =>
  answer !== 'throttled' && answer !== 'no answer';

/**
 * Posts to a connection, and retries within the budget while API Gateway throttles or fails.
 *
 * While other posts are throttled too, the shrinking window ends that, so the backoff is short. A post that is
 * throttled alone backs off exponentially.
 * @throws an error that no retry fixes, such as a missing grant
 */
export async function postWithRetries(post: RetriedPost): Promise<Outcome> {
  const { pace, perPost, deadline } = post;
  let retryUntil = deadline;
  let checkAt = deadline;
  let previous = pace.counts;
  let attemptsAlone = 0;
  for (let attempt = 0; ; attempt++) {
    const { answer, number } = await attemptPost(post);
    if (answer === 'delivered') pace.increase();
    if (isFinal(answer)) return answer;
    // The budget starts here, because the first attempt may have waited in the queue for long.
    if (attempt === 0) {
      retryUntil = Math.min(deadline, Date.now() + perPost);
      checkAt = firstCheckAt(post);
    }
    const delivered = pace.counts.delivered - previous.delivered;
    const throttled = pace.counts.throttled - previous.throttled;
    const isRare = attempt > 0 && delivered >= DELIVERED_PER_THROTTLED * throttled;
    const isAlone = isRare || pace.isBelowLimit;
    if (answer === 'throttled') {
      if (isAlone) pace.countClientThrottle();
      else pace.decrease(number);
      if (pace.shouldProbe) await probeAccount(post);
    }
    previous = pace.counts;
    if (answer === 'throttled' && Date.now() >= checkAt) {
      const last = await checkThrottled(post);
      if (last === 'throttled') return 'unresponsive';
      if (last !== undefined && isFinal(last)) return last;
      checkAt = Date.now() + perPost;
    }
    const wait = isAlone || answer === 'no answer' ? jitteredBackoff(attemptsAlone++) : shortBackoff(attempt);
    if (Date.now() + wait > (answer === 'no answer' ? retryUntil : deadline)) return 'failed';
    await pause(answer === 'throttled' ? Math.min(wait, Math.max(1, checkAt - Date.now())) : wait);
  }
}
