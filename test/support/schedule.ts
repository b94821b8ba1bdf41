import { setImmediate as turn } from 'node:timers/promises';
import type { Database, Table } from '../../functions/store/database.ts';
import { createRandom, type Random } from '../torture/random.ts';

interface Step {
  readonly name: string;
  /** A step with a low one is slow: all steps that arrive meanwhile may overtake it. */
  readonly priority: number;
  readonly run: () => Promise<void>;
}

/**
 * Runs the calls of concurrent tasks one after another, in an order that a seed decides. So a test can try many orders
 * of calls, and repeat each of them.
 */
export class Schedule {
  readonly #random: Random;
  readonly #waiting: Step[] = [];
  /** The calls in the order in which they ran. */
  readonly ran: string[] = [];

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  /** Returns a whole number below `limit`. */
  pick(limit: number): number {
    return this.#random.between(0, limit - 1);
  }

  /** Waits for its turn, and runs a call. */
  step<T>(name: string, call: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ name, priority: this.#random.next(), run: () => call().then(resolve, reject) });
    });
  }

  /**
   * Returns a database whose calls wait for their turn.
   * @param dies called before each call: a call for which it returns true never ends, as if the function had ended
   */
  database(db: Database, task: string, dies: () => boolean = () => false): Database {
    const wrap = (table: Table): Table =>
      new Proxy(table, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return (...given: unknown[]) =>
            dies()
              ? new Promise(() => undefined)
              : this.step(`${task} ${target.name} ${String(name)}`, async () => value.apply(target, given));
        },
      });
    return { chat: wrap(db.chat), connections: wrap(db.connections) };
  }

  /** Runs all calls until no task has one left. */
  async run(): Promise<void> {
    for (;;) {
      // Several turns, because a task may pass through several promises before its next call.
      for (let turns = 0; turns < 3; turns++) await turn();
      this.#waiting.sort((one, other) => one.priority - other.priority);
      const next = this.#waiting.pop();
      if (!next) return;
      this.ran.push(next.name);
      await next.run();
    }
  }
}
