import { isTransient } from './poster.ts';

/** Posts that one function has under way at most: as many as the poster keeps connections (`functions/aws/service.ts`). */
const WIDEST = 50;
const NARROWEST = 1;
/** Where a narrower pace did not help yet, it may not be the pace. */
const NARROW = 4;
/** As TCP does on a network that drops: less by a share when it is too much, more by one for each round that was not. */
const NARROWS_TO = 0.7;
/**
 * And more by a half for each round, once a whole one was not: other functions have come to their end, and what they
 * took of the account's limit is free.
 */
const WIDENS_BY = 0.5;

/**
 * So many refusals, less two for each post that went through, and the gateway is asked whether it is the account: an
 * account at its limit seldom refuses two of three.
 */
const STARVED = 20;
const TAKEN_WEIGHS = 2;
/** For how long an answer to that is believed, in milliseconds. */
const CLEARED_MS = 1_000;

/**
 * How many posts are under way at once. The gateway's limit is the account's, so "too fast" is said to a function, not
 * to one of its posts: it narrows the pace of all of them, and each round without it widens it again. A gateway that
 * refuses is asked hardly more often than it takes, and one that has room again is soon used in full.
 */
export class Pace {
  readonly #waiting: (() => void)[] = [];
  #window = WIDEST;
  #underWay = 0;
  #started = 0;
  #narrowedAt = 0;
  #taken = 0;
  #refused = 0;
  /** Posts that went through since one was too fast. */
  #calm = 0;
  /** By how many the posts that were too fast outweigh those that went through, since the gateway was asked. */
  #starving = 0;
  #clearedUntil = 0;
  #doubts = 0;

  /** Answers so far: those that went through, and those that were too fast. */
  get answers(): { readonly taken: number; readonly refused: number } {
    return { taken: this.#taken, refused: this.#refused };
  }

  /** Waits for a turn, and asks. First come, first served. */
  async run<T>(ask: () => Promise<T>): Promise<T> {
    return this.#inTurn(ask, (go) => this.#waiting.push(go));
  }

  async #inTurn<T>(ask: () => Promise<T>, queue: (go: () => void) => void): Promise<T> {
    if (this.#underWay >= Math.floor(this.#window)) await new Promise<void>(queue);
    else this.#underWay++;
    this.#started++;
    try {
      return await ask();
    } finally {
      this.#pass();
    }
  }

  /** Which turn it is: to be told when what was asked in it was too fast. */
  get turn(): number {
    return this.#started;
  }

  widen(): void {
    this.#taken++;
    this.#starving = Math.max(0, this.#starving - TAKEN_WEIGHS);
    this.#widen();
  }

  #widen(): void {
    this.#calm++;
    const step = this.#calm > this.#window ? WIDENS_BY : 1 / this.#window;
    this.#window = Math.min(WIDEST, this.#window + step);
  }

  /** Of all that were under way together and were too fast, the first one narrows the pace. */
  narrow(turn: number): void {
    this.#refused++;
    this.#starving++;
    this.#calm = 0;
    if (turn <= this.#narrowedAt) return;
    this.#narrowedAt = this.#started;
    this.#window = Math.max(NARROWEST, this.#window * NARROWS_TO);
  }

  /** A refusal that is no sign that all is too fast. */
  note(): void {
    this.#refused++;
    this.#starving++;
    if (this.cleared) this.#widen();
  }

  /** Hardly anything goes through: clients may not read, all of them that are left, or the account may be at its limit. */
  get starved(): boolean {
    return this.#starving >= STARVED && (this.cleared || this.#window < NARROW);
  }

  /** Of late the gateway has answered what it hardly answers an account at its limit. */
  get cleared(): boolean {
    return Date.now() < this.#clearedUntil;
  }

  /** Refusals are the clients' for now, whose buffers are full: no reason to be slower. */
  clear(): void {
    this.#clearedUntil = Date.now() + CLEARED_MS;
  }

  /** Questions that were refused: each is a sign of an account at its limit. */
  get doubts(): number {
    return this.#doubts;
  }

  /**
   * Asks the gateway what takes of the account's limit what a post does, before the posts that wait: how they go on may
   * depend on it.
   * @returns the answer; undefined where the gateway gave none
   */
  async question<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
    this.#starving = 0;
    try {
      const answer = await this.#inTurn(ask, (go) => this.#waiting.unshift(go));
      if (answer !== undefined) this.#widen();
      return answer;
    } catch (error) {
      if (!isTransient(error)) throw error;
      this.#doubts++;
      this.#clearedUntil = 0;
      return undefined;
    }
  }

  #pass(): void {
    this.#underWay--;
    while (this.#underWay < Math.floor(this.#window)) {
      const go = this.#waiting.shift();
      if (!go) return;
      this.#underWay++;
      go();
    }
  }
}
