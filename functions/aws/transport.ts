import type { Answer } from './answer-reader.ts';
import { type Keeper, Line, type Pending, type WireRequest } from './line.ts';

export interface PoolOptions {
  /** How many requests may be under way at once; others wait. */
  readonly lines: number;
  /** Milliseconds without a byte after which a request is given up. */
  readonly silenceMs?: number;
  /** Milliseconds for which a connection is kept without a request. */
  readonly idleMs?: number;
}

const SILENCE_MS = 5_000;
/** Load balancers of AWS close a connection that was idle for a minute (AWS: ELB, idle timeout). */
const IDLE_MS = 50_000;

/** Kept connections to one origin. Written for AWS's endpoints: it costs a third of the CPU of `node:http`. */
export class Pool {
  readonly #origin: URL;
  readonly #options: Required<PoolOptions>;
  readonly #free: Line[] = [];
  readonly #lines = new Set<Line>();
  #waiting: Pending[] = [];
  #next = 0;
  readonly #keeper: Keeper = {
    freed: (line) => {
      const pending = this.#dequeue();
      if (pending) line.send(pending);
      else this.#free.push(line);
    },
    lost: (line, unanswered) => {
      this.#lines.delete(line);
      const at = this.#free.indexOf(line);
      if (at >= 0) this.#free.splice(at, 1);
      const pending = unanswered ? { ...unanswered, again: true } : this.#dequeue();
      if (pending) this.#open().send(pending);
    },
  };

  constructor(origin: URL, options: PoolOptions) {
    this.#origin = origin;
    this.#options = { silenceMs: SILENCE_MS, idleMs: IDLE_MS, ...options };
  }

  /** How many connections are open. */
  get size(): number {
    return this.#lines.size;
  }

  /** @throws NoAnswer where the connection broke or nothing came */
  ask(request: WireRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const pending = { request, resolve, reject, again: false };
      const line = this.#take();
      if (line) line.send(pending);
      else this.#waiting.push(pending);
    });
  }

  /** Closes all connections. */
  end(): void {
    for (const line of this.#lines) line.end();
  }

  #take(): Line | undefined {
    for (let line = this.#free.pop(); line; line = this.#free.pop()) {
      if (!line.staleAfter(this.#options.idleMs)) return line;
      line.end();
    }
    return this.#lines.size < this.#options.lines ? this.#open() : undefined;
  }

  #open(): Line {
    const line = new Line(this.#origin, this.#options.silenceMs, this.#keeper);
    this.#lines.add(line);
    return line;
  }

  /** First come, first served. Shifting an array of a thousand moves all of it. */
  #dequeue(): Pending | undefined {
    const pending = this.#waiting[this.#next];
    if (pending === undefined) return undefined;
    this.#next++;
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    }
    return pending;
  }
}
