import { randomUUID } from 'node:crypto';
import { Environment, type EnvironmentOptions } from './environment.ts';
import type { Outcome } from './runtime.ts';

/**
 * The execution environments of one function, for one version of its code and variables. AWS starts a new
 * environment whenever all are busy, up to the account's limit of 1,000. Here environments are threads that share a few
 * cores, so events beyond `limit` environments wait.
 */
export class EnvironmentPool {
  readonly #options: EnvironmentOptions;
  readonly #limit: number;
  readonly #all = new Set<Environment>();
  readonly #idle: Environment[] = [];
  readonly #waiting: ((environment: Environment) => void)[] = [];
  #onIdle = (): void => {};

  constructor(options: EnvironmentOptions, limit: number) {
    this.#options = options;
    this.#limit = limit;
  }

  /** The number of environments now. */
  get size(): number {
    return this.#all.size;
  }

  /** Runs an event in a warm environment, or else in a new one. Waits if the limit is reached. */
  async run(payload: string): Promise<Outcome> {
    const environment =
      this.#findFree() ?? (await new Promise<Environment>((resolve) => this.#waiting.push(resolve)));
    const outcome = await environment.run({ requestId: randomUUID(), payload });
    this.#release(environment);
    return outcome;
  }

  /** Kills the environment with this id, if it still exists. */
  async kill(id: string): Promise<void> {
    await [...this.#all].find((environment) => environment.id === id)?.kill();
  }

  /** Ends all environments as soon as no event runs or waits. */
  async retire(): Promise<void> {
    if (!this.#isIdle) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.end();
  }

  /** Ends all environments now. Running events fail. */
  async end(): Promise<void> {
    await Promise.all([...this.#all].map((environment) => environment.end()));
    this.#all.clear();
  }

  get #isIdle(): boolean {
    return this.#idle.length === this.#all.size && this.#waiting.length === 0;
  }

  /** Prefers the most recently used environment, like AWS, so that surplus ones go cold together. */
  #findFree(): Environment | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.alive) return idle;
      this.#all.delete(idle);
    }
    if (this.#all.size >= this.#limit) return undefined;
    const started = new Environment(this.#options);
    this.#all.add(started);
    return started;
  }

  /** Passes the environment, or a new one if it has ended, to the next waiting event. */
  #release(environment: Environment): void {
    if (environment.alive) this.#idle.push(environment);
    else this.#all.delete(environment);
    const [next] = this.#waiting;
    const free = next && this.#findFree();
    if (next && free) {
      this.#waiting.shift();
      next(free);
    }
    if (this.#isIdle) this.#onIdle();
  }
}
