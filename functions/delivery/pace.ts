import { isTransient } from './poster.ts';

/** Maximum number of concurrent posts: the poster keeps as many connections open (`functions/aws/service.ts`). */
const MAX_WINDOW = 50;
const MIN_WINDOW = 1;
/** Below this window a smaller one is unlikely to help: the throttled posts may be due to unresponsive clients. */
const SMALL_WINDOW = 4;
/** Multiplicative decrease, as in TCP. The increase is one for each window of delivered posts. */
const DECREASE_FACTOR = 0.7;
/**
 * Increase for each delivered post after a whole window without throttling. Other functions have probably finished by
 * then and left their part of the account's rate unused, so the window grows by half in each round.
 */
const FAST_INCREASE = 0.5;

/**
 * Score of throttled posts at which API Gateway is probed. A throttled post counts 1, a delivered post counts -2: an
 * account at its limit seldom throttles two of three posts.
 */
const PROBE_SCORE = 20;
const DELIVERED_SCORE = 2;
/** How long a successful probe is valid, in milliseconds. */
const PROBE_VALID_MS = 1_000;

/**
 * Limits the concurrent posts of one function (decision 011).
 *
 * API Gateway throttles by account, so a 429 concerns all posts of a function and not only the one that got it. Each
 * 429 shrinks the window of concurrent posts, and each delivered post widens it. So throttled posts hardly outnumber
 * delivered ones, and free capacity is soon used in full.
 *
 * API Gateway also answers 429 if the buffer of one client is full. Probes tell the two apart: an account at its limit
 * throttles other requests too.
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
  /** Throttled minus weighted delivered posts since the last probe. */
  #throttleScore = 0;
  #belowLimitUntil = 0;
  #throttledProbes = 0;

  /** The number of delivered and of throttled posts so far. */
  get counts(): { readonly delivered: number; readonly throttled: number } {
    return { delivered: this.#delivered, throttled: this.#throttled };
  }

  /** How many calls have started. An attempt passes it to `decrease` as the time of its start. */
  get started(): number {
    return this.#started;
  }

  /** Makes a call as soon as the window has room for it, in order of arrival. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    return this.#runQueued(call, (start) => this.#queue.push(start));
  }

  async #runQueued<T>(call: () => Promise<T>, enqueue: (start: () => void) => void): Promise<T> {
    if (this.#inFlight >= Math.floor(this.#window)) await new Promise<void>(enqueue);
    else this.#inFlight++;
    this.#started++;
    try {
      return await call();
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

  /**
   * Counts a throttled post and shrinks the window, once for all posts that were in flight together.
   * @param startedAt the value of `started` when the attempt began
   */
  decrease(startedAt: number): void {
    this.#throttled++;
    this.#throttleScore++;
    this.#deliveredSinceThrottle = 0;
    if (startedAt <= this.#decreasedAt) return;
    this.#decreasedAt = this.#started;
    this.#window = Math.max(MIN_WINDOW, this.#window * DECREASE_FACTOR);
  }

  /** Counts a post that was throttled because of its client, and keeps the window. */
  countClientThrottle(): void {
    this.#throttled++;
    this.#throttleScore++;
    if (this.isBelowLimit) this.#widen();
  }

  /** Whether so many posts are throttled that a probe should tell why: unresponsive clients, or the account's limit. */
  get shouldProbe(): boolean {
    return this.#throttleScore >= PROBE_SCORE && (this.isBelowLimit || this.#window < SMALL_WINDOW);
  }

  /** Whether probes succeeded recently, so that the account is hardly at its limit. */
  get isBelowLimit(): boolean {
    return Date.now() < this.#belowLimitUntil;
  }

  /** Attributes 429s to clients with full buffers for the next second. They then do not shrink the window. */
  setBelowLimit(): void {
    this.#belowLimitUntil = Date.now() + PROBE_VALID_MS;
  }

  /** How many probes were throttled. Each is a sign that the account is at its limit. */
  get throttledProbes(): number {
    return this.#throttledProbes;
  }

  /**
   * Makes a call that counts against the account's rate as a post does. It goes before the queued posts, because they
   * depend on its result.
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
