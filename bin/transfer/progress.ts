const INTERVAL_MS = 1_000;

/** Prints the progress, by default to standard error, at most once a second. */
export class Progress {
  readonly #verb: string;
  readonly #print: (line: string) => void;
  #printedAt = Date.now();
  #lines = 0;

  /** @param verb such as `Exported` */
  constructor(verb: string, print: (line: string) => void = console.error) {
    this.#verb = verb;
    this.#print = print;
  }

  /** Counts lines of a room. */
  add(lines: number, room: string | undefined, rate: number): void {
    this.#lines += lines;
    const now = Date.now();
    if (now < this.#printedAt + INTERVAL_MS) return;
    this.#printedAt = now;
    const place = room === undefined ? '' : `, in room ${JSON.stringify(room)}`;
    this.#print(
      `${this.#verb} ${this.#lines.toLocaleString('en')} lines${place}, at most ${Math.round(rate)} per second`,
    );
  }
}
