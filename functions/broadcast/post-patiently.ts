import type { Pace } from './pace.ts';
import { jittered, pause } from './persist.ts';
import { isThrottled, mayPass, type Poster, type PostOutcome } from './poster.ts';

/** For how long posts are tried, in milliseconds. */
export interface Budget {
  /** One post, from its first try on. */
  readonly perPost: number;
  /** All of them; no try begins after that. */
  readonly whole: number;
}

/** What became of a post: as the gateway said, or not sent, or its client takes nothing any more. */
export type Outcome = PostOutcome | 'expired' | 'full';

type Answer = PostOutcome | 'expired' | 'too fast' | 'no answer';

/** One post of a fan-out. */
export interface PatientPost {
  readonly connection: string;
  /** Tries once. */
  readonly attempt: () => Promise<PostOutcome | 'expired'>;
  readonly poster: Pick<Poster, 'isOpen'>;
  readonly pace: Pace;
  readonly perPost: number;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

/**
 * While the pace is what has to change, a post is tried again within so many milliseconds, each time some more. With
 * these and the pace's own numbers a room of 10,000 is served in hardly more than the time that the account's limit
 * dictates: `bench/fan-out.ts`.
 */
const SHORT_PAUSE_MS = 10;
const LONGEST_SHORT_PAUSE_MS = 100;

/** A post is refused alone where so many others go through for each that does not, since it was tried before. */
const ALONE = 20;

/** How often a client whose buffer seems full is asked for a last time. */
const LAST_ROUNDS = 4;

const shortPause = (attempt: number): number =>
  Math.random() * Math.min(LONGEST_SHORT_PAUSE_MS, SHORT_PAUSE_MS * (attempt + 1));

async function tried({ attempt, pace, deadline }: PatientPost): Promise<{ answer: Answer; turn: number }> {
  let turn = 0;
  const answer = await pace.run(async (): Promise<Answer> => {
    turn = pace.turn;
    if (Date.now() > deadline) return 'failed';
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error)) throw error;
      return isThrottled(error) ? 'too fast' : 'no answer';
    }
  });
  return { answer, turn };
}

/**
 * What becomes of a post that was too fast for long. The gateway says so where a client's buffer is full, and where the
 * account is too fast; but then it does not answer a question about the connection either.
 * @returns the answer to a last try; undefined where it is the account
 */
async function askedTwice(given: PatientPost): Promise<Answer | undefined> {
  const { pace, poster, connection, deadline } = given;
  const look = async () => (Date.now() > deadline ? undefined : poster.isOpen(connection));
  const open = await pace.run(look).catch((error: unknown) => {
    if (mayPass(error)) return undefined;
    throw error;
  });
  if (open === undefined) return undefined;
  return open ? (await tried(given)).answer : 'gone';
}

/** By chance one question may be answered and one post refused, in an account at its limit: hardly so often in a row. */
async function lastTries(given: PatientPost): Promise<Answer | undefined> {
  let answer: Answer | undefined = 'too fast';
  for (let round = 0; round < LAST_ROUNDS && answer === 'too fast'; round++) answer = await askedTwice(given);
  return answer;
}

const final = (answer: Answer): answer is Exclude<Answer, 'too fast' | 'no answer'> =>
  answer !== 'too fast' && answer !== 'no answer';

/**
 * Posts, again and again while the gateway is too busy, until its budget is over. A 429 while others are refused too is
 * the pace's to answer, so the post waits a moment only; one that is refused while others go through waits longer each
 * time.
 * @throws what no retry mends, such as a missing grant
 */
export async function postPatiently(given: PatientPost): Promise<Outcome> {
  const { pace, perPost, deadline } = given;
  let until = deadline;
  let seen = pace.answers;
  let timesAlone = 0;
  for (let attempt = 0; ; attempt++) {
    const { answer, turn } = await tried(given);
    if (answer === 'taken') pace.widen();
    if (final(answer)) return answer;
    // It may have waited for its first turn for long.
    if (attempt === 0) until = Math.min(deadline, Date.now() + perPost);
    const { taken, refused } = pace.answers;
    const alone = attempt > 0 && taken - seen.taken >= ALONE * (refused - seen.refused);
    if (answer === 'too fast') {
      if (alone) pace.note();
      else pace.narrow(turn);
    }
    seen = pace.answers;
    if (answer === 'too fast' && alone && Date.now() >= until) {
      const last = await lastTries(given);
      if (last === 'too fast') return 'full';
      if (last !== undefined && final(last)) return last;
    }
    const wait = alone || answer === 'no answer' ? jittered(timesAlone++) : shortPause(attempt);
    if (Date.now() + wait > (answer === 'no answer' ? until : deadline)) return 'failed';
    await pause(wait);
  }
}
