import { isTransient } from './poster.ts';

/** Maximum number of concurrent posts: the poster keeps as many connections open (`functions/aws/service.ts`). */
const MAX_WINDOW = 50;
const MIN_WINDOW = 1;
/** If posts are throttled in a window smaller than this, the reason may be clients that do not read. */
const SMALL_WINDOW = 4;
/** Multiplicative decrease, as in TCP. The window increases by one for each window of delivered posts. */
const DECREASE_FACTOR = 0.7;
/** The increase per delivered post after a whole window without a 429, when other functions have probably finished. */
const FAST_INCREASE = 0.5;

/** Score that triggers a probe: 1 per throttled post, -2 per delivered one. Seldom reached at the account's limit. */
const PROBE_SCORE = 20;
const DELIVERED_SCORE = 2;
/** How long the result of successful probes stays valid, in milliseconds. */
const PROBE_VALID_MS = 1_000;

/**
 * Limits the concurrent posts of one function (decision 011).
 *
 * API Gateway throttles by account, so each 429 shrinks the window of all concurrent posts, and each delivered post
 * widens it. API Gateway also answers 429 if the buffer of one client is full. Probes distinguish the two cases: an
 * account at its limit throttles them too.
 */
export class Pace {
  readonly #queue: (() => void)[] = [];
  #window = MAX_WINDOW;
  #inFlight = 0;
  #started = 0;
  #decreasedAt = 0;
  #delivered = 0;
  #throttled = 0;
  #deliveredSinceThrottle = 0;
  #throttleScore = 0;
  #belowLimitUntil = 0;
  #throttledProbes = 0;

  /** The number of delivered and of throttled posts so far. */
  get counts(): { readonly delivered: number; readonly throttled: number } {
    return { delivered: this.#delivered, throttled: this.#throttled };
  }

  /** Makes a call as soon as the window has room, in order of arrival. The call gets its number, for `decrease`. */
  async run<T>(call: (number: number) => Promise<T>): Promise<T> {
    return this.#runQueued(call, (start) => this.#queue.push(start));
  }

  async #runQueued<T>(
    call: (number: number) => Promise<T>,
    enqueue: (start: () => void) => void,
  ): Promise<T> {
    if (this.#inFlight >= Math.floor(this.#window)) await new Promise<void>(enqueue);
    else this.#inFlight++;
    try {
      return await call(++this.#started);
    } finally {
      this.#startNext();
    }
  }

  #startNext(): void {
    this.#inFlight--;
    while (this.#inFlight < Math.floor(this.#window)) {
      const start = this.#queue.shift();
      if (!start) return;
      this.#inFlight++;
      start();
    }
  }

  /** Counts a delivered post and widens the window. */
  increase(): void {
    this.#delivered++;
    this.#throttleScore = Math.max(0, this.#throttleScore - DELIVERED_SCORE);
    this.#widen();
  }

  #widen(): void {
    this.#deliveredSinceThrottle++;
    const step = this.#deliveredSinceThrottle > this.#window ? FAST_INCREASE : 1 / this.#window;
    this.#window = Math.min(MAX_WINDOW, this.#window + step);
  }

  /** Counts a throttled post and shrinks the window, once for all calls that were in flight together. */
  decrease(number: number): void {
    this.#throttled++;
    this.#throttleScore++;
    this.#deliveredSinceThrottle = 0;
    if (number <= this.#decreasedAt) return;
    this.#decreasedAt = this.#started;
    this.#window = Math.max(MIN_WINDOW, this.#window * DECREASE_FACTOR);
  }

  /** Counts a post that was throttled because of its client, and keeps the window. */
  countClientThrottle(): void {
    this.#throttled++;
    this.#throttleScore++;
    if (this.isBelowLimit) this.#widen();
  }

  /** Whether so many posts are throttled that a probe should find out the reason. */
  get shouldProbe(): boolean {
    return this.#throttleScore >= PROBE_SCORE && (this.isBelowLimit || this.#window < SMALL_WINDOW);
  }

  /** Whether probes succeeded recently, so that the account is not at its limit. */
  get isBelowLimit(): boolean {
    return Date.now() < this.#belowLimitUntil;
  }

  /** For the next second, takes 429s as those of clients with full buffers, which do not make the window smaller. */
  setBelowLimit(): void {
    this.#belowLimitUntil = Date.now() + PROBE_VALID_MS;
  }

  /** How many probes were throttled: each is a sign that the account is at its limit. */
  get throttledProbes(): number {
    return this.#throttledProbes;
  }

  /**
   * Makes a call that counts against the account's rate, as a post does, before the queued posts.
   * @returns the answer; undefined if API Gateway throttled or failed
   */
  async probe<T>(call: () => Promise<T | undefined>): Promise<T | undefined> {
    this.#throttleScore = 0;
    try {
      const answer = await this.#runQueued(call, (start) => this.#queue.unshift(start));
      if (answer !== undefined) this.#widen();
      return answer;
    } catch (error) {
      if (!isTransient(error)) throw error;
      this.#throttledProbes++;
      this.#belowLimitUntil = 0;
      return undefined;
    }
  }
}
