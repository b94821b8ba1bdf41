import { setTimeout as delay } from 'node:timers/promises';
import { AdminError } from '../../server/errors.ts';

/** The clock of a pace. */
export interface PaceClock {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

const systemClock: PaceClock = { now: Date.now, sleep: delay };

/** How often a request is sent that the chat is too busy for. The waits between them take about three minutes. */
const MAX_ATTEMPTS = 12;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** The slowest pace, in lines per second. */
const SLOWEST = 1;

/** Whether the chat refused a request because it is busy, or could not be reached for a moment. */
const isBusy = (error: unknown): boolean =>
  error instanceof AdminError && (error.status === 0 || error.status === 429 || error.status >= 500);

/**
 * Limits how many lines are read or written per second. Halves the pace when the chat is busy, and raises it slowly
 * after requests that succeed.
 */
export class Pace {
  readonly #limit: number;
  readonly #clock: PaceClock;
  #rate: number;
  /** When the next request may be sent, in milliseconds. */
  #next = 0;

  /** @param limit lines per second */
  constructor(limit: number, clock = systemClock) {
    this.#limit = limit;
    this.#rate = limit;
    this.#clock = clock;
  }

  /** The present pace, in lines per second. */
  get rate(): number {
    return this.#rate;
  }

  /**
   * Sends a request when it is its turn, and again while the chat is busy.
   * @param lines how many lines the request has, or else returns the number of lines in its answer
   */
  async run<T>(send: () => Promise<T>, lines: number | ((answer: T) => number)): Promise<T> {
    const { now, sleep } = this.#clock;
    for (let attempt = 1; ; attempt++) {
      const wait = this.#next - now();
      if (wait > 0) await sleep(wait);
      const start = now();
      try {
        const answer = await send();
        const count = typeof lines === 'number' ? lines : lines(answer);
        this.#next = start + (count * 1000) / this.#rate;
        this.#rate = Math.min(this.#limit, this.#rate + this.#limit / 20);
        return answer;
      } catch (error) {
        if (!isBusy(error) || attempt === MAX_ATTEMPTS) throw error;
        this.#rate = Math.max(SLOWEST, this.#rate / 2);
        const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
        this.#next = now() + longest / 2 + (Math.random() * longest) / 2;
      }
    }
  }
}
