/** Posts that one function has under way at most: as many as the poster keeps connections (`functions/aws/service.ts`). */
const WIDEST = 50;
const NARROWEST = 1;
/** As TCP does on a network that drops: less by a share when it is too much, more by one for each round that was not. */
const NARROWS_TO = 0.7;
/**
 * And more by a half for each round, once a whole one was not: other functions have come to their end, and what they
 * took of the account's limit is free.
 */
const WIDENS_BY = 0.5;

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

  /** Answers so far: those that went through, and those that were too fast. */
  get answers(): { readonly taken: number; readonly refused: number } {
    return { taken: this.#taken, refused: this.#refused };
  }

  /** Waits for a turn, and asks. First come, first served. */
  async run<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#underWay >= Math.floor(this.#window)) await new Promise<void>((go) => this.#waiting.push(go));
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
    this.#calm++;
    const step = this.#calm > this.#window ? WIDENS_BY : 1 / this.#window;
    this.#window = Math.min(WIDEST, this.#window + step);
  }

  /** Of all that were under way together and were too fast, the first one narrows the pace. */
  narrow(turn: number): void {
    this.#refused++;
    this.#calm = 0;
    if (turn <= this.#narrowedAt) return;
    this.#narrowedAt = this.#started;
    this.#window = Math.max(NARROWEST, this.#window * NARROWS_TO);
  }

  /** A refusal that is no sign that all is too fast. */
  note(): void {
    this.#refused++;
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
