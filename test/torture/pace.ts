const LEAST_MS = 1_000;
const MOST_MS = 40_000;

/** How long an answer takes on this machine now: whoever asks again much sooner only adds to the work. */
export class Pace {
  #usualMs = 100;

  /** An answer came so many milliseconds after its question was asked first. */
  observe(ms: number): void {
    this.#usualMs += (ms - this.#usualMs) / 8;
  }

  /** How long to wait before a question is asked again, which was asked so often; milliseconds. */
  patience(tries: number): number {
    return Math.min(MOST_MS, Math.max(LEAST_MS, 4 * this.#usualMs) * 2 ** (tries - 1));
  }
}
