import type { Pace } from './pace.ts';
import { isThrottled, isTransient, type Poster, type PostOutcome } from './poster.ts';
import { jittered, pause } from './retry.ts';

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

/** How many questions in a row have to be answered before refusals are the clients'. */
const QUESTIONS = 3;

/** How often a client whose buffer seems full is asked for a last time, and within how many milliseconds at most. */
const LAST_ROUNDS = 6;
const LAST_MS = 800;

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
      if (!isTransient(error)) throw error;
      return isThrottled(error) ? 'too fast' : 'no answer';
    }
  });
  return { answer, turn };
}

/** @returns whether the connection is open; undefined where the gateway does not say, or it is too late to ask */
const isOpen = ({ pace, poster, connection, deadline }: PatientPost): Promise<boolean | undefined> =>
  pace.question(async () => (Date.now() > deadline ? undefined : poster.isOpen(connection)));

/** Whether the account is at its limit, where so much is refused: it answers one question by chance, hardly all of them. */
async function askWhy(given: PatientPost): Promise<void> {
  for (let asked = 0; asked < QUESTIONS; asked++) if ((await isOpen(given)) === undefined) return;
  given.pace.clear();
}

/**
 * What becomes of a post that was too fast for long. The gateway says so where a client's buffer is full, and where the
 * account is too fast; but then it does not answer a question about the connection either. By chance it answers one and
 * refuses a post, in an account at its limit: hardly so often in a row, and with no question refused meanwhile, of all
 * that this fan-out asks.
 * @returns the answer to a last try; undefined where it may be the account
 */
async function lastTries(given: PatientPost): Promise<Answer | undefined> {
  const { pace } = given;
  const { doubts } = pace;
  let answer: Answer = 'too fast';
  for (let round = 0; round < LAST_ROUNDS && answer === 'too fast'; round++) {
    if (round > 0) await pause(shortPause(round));
    const open = await isOpen(given);
    if (open === undefined || pace.doubts > doubts) return undefined;
    if (!open) return 'gone';
    answer = (await tried(given)).answer;
    if (answer === 'too fast') pace.note();
  }
  return answer === 'too fast' && pace.doubts > doubts ? undefined : answer;
}

/**
 * When a post is to be asked about that has its first refusal now: early enough for the last tries, and not before half
 * of its own time.
 */
const askedAt = ({ perPost, deadline }: PatientPost): number =>
  Math.max(Date.now() + perPost / 2, Math.min(Date.now() + perPost, deadline - LAST_MS));

const final = (answer: Answer): answer is Exclude<Answer, 'too fast' | 'no answer'> =>
  answer !== 'too fast' && answer !== 'no answer';

/**
 * Posts, again and again while the gateway is too busy, until its budget is over. A 429 while others are refused too is
 * the pace's to answer, so the post waits a moment only; one that is refused while others go through, or while the
 * gateway answers questions, waits longer each time.
 * @throws what no retry mends, such as a missing grant
 */
export async function postPatiently(given: PatientPost): Promise<Outcome> {
  const { pace, perPost, deadline } = given;
  let until = deadline;
  let asks = deadline;
  let seen = pace.answers;
  let timesAlone = 0;
  for (let attempt = 0; ; attempt++) {
    const { answer, turn } = await tried(given);
    if (answer === 'taken') pace.widen();
    if (final(answer)) return answer;
    // It may have waited for its first turn for long.
    if (attempt === 0) {
      until = Math.min(deadline, Date.now() + perPost);
      asks = askedAt(given);
    }
    const { taken, refused } = pace.answers;
    const among = attempt > 0 && taken - seen.taken >= ALONE * (refused - seen.refused);
    const alone = among || pace.cleared;
    if (answer === 'too fast') {
      if (alone) pace.note();
      else pace.narrow(turn);
      if (pace.starved) await askWhy(given);
    }
    seen = pace.answers;
    if (answer === 'too fast' && Date.now() >= asks) {
      const last = await lastTries(given);
      if (last === 'too fast') return 'full';
      if (last !== undefined && final(last)) return last;
      asks = Date.now() + perPost;
    }
    const wait = alone || answer === 'no answer' ? jittered(timesAlone++) : shortPause(attempt);
    if (Date.now() + wait > (answer === 'no answer' ? until : deadline)) return 'failed';
    await pause(answer === 'too fast' ? Math.min(wait, Math.max(1, asks - Date.now())) : wait);
  }
}
