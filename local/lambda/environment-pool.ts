import { randomUUID } from 'node:crypto';
import { Environment, type EnvironmentOptions } from './environment.ts';
import type { Outcome } from './outcome.ts';

interface Waiting {
  readonly payload: string;
  readonly finish: (outcome: Outcome) => void;
}

/**
 * The execution environments of one function at one version of its code and variables. AWS starts an
 * environment for each event that finds none free, up to the account's 1,000. Threads share this machine's
 * few cores, so past `limit` of them an event waits instead.
 */
export class EnvironmentPool {
  readonly #options: EnvironmentOptions;
  readonly #limit: number;
  readonly #all = new Set<Environment>();
  readonly #idle: Environment[] = [];
  readonly #waiting: Waiting[] = [];
  #onQuiet = (): void => {};

  constructor(options: EnvironmentOptions, limit: number) {
    this.#options = options;
    this.#limit = limit;
  }

  /** How many environments there are now. */
  get size(): number {
    return this.#all.size;
  }

  /** Runs an event in a warm environment, else in a new one, else waits for one. `payload` is JSON. */
  run(payload: string): Promise<Outcome> {
    return new Promise((finish) => {
      this.#waiting.push({ payload, finish });
      this.#next();
    });
  }

  /** Kills the environment with an id; nothing happens where it has ended already. */
  async kill(id: string): Promise<void> {
    await [...this.#all].find((environment) => environment.id === id)?.kill();
  }

  /** Ends all environments when no event runs or waits any more. */
  async retire(): Promise<void> {
    if (!this.#quiet) {
      await new Promise<void>((resolve) => {
        this.#onQuiet = resolve;
      });
    }
    await this.end();
  }

  /** Ends all environments now; a running event gets a failure. */
  async end(): Promise<void> {
    await Promise.all([...this.#all].map((environment) => environment.end()));
    this.#all.clear();
  }

  get #quiet(): boolean {
    return this.#idle.length === this.#all.size && this.#waiting.length === 0;
  }

  #next(): void {
    const event = this.#waiting[0];
    const environment = event === undefined ? undefined : this.#take();
    if (event === undefined || environment === undefined) return;
    this.#waiting.shift();
    void this.#handle(environment, event);
  }

  /** The most recently used one first: the others go cold together, as on AWS. */
  #take(): Environment | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.alive) return idle;
      this.#all.delete(idle);
    }
    if (this.#all.size >= this.#limit) return undefined;
    const started = new Environment(this.#options);
    this.#all.add(started);
    return started;
  }

  async #handle(environment: Environment, { payload, finish }: Waiting): Promise<void> {
    finish(await environment.run({ requestId: randomUUID(), payload }));
    if (environment.alive) this.#idle.push(environment);
    else this.#all.delete(environment);
    this.#next();
    if (this.#quiet) this.#onQuiet();
  }
}
