import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import { AsyncQueue } from './async-queue.ts';
import type { FunctionDefinition } from './definition.ts';
import { EnvironmentPool } from './environment-pool.ts';
import { type FailureRecord, failureRecord, type GivenUp } from './failure-queues.ts';
import { type Failure, failed, type Outcome } from './outcome.ts';

export interface FunctionsOptions {
  readonly variablesOf: (definition: FunctionDefinition) => Record<string, string>;
  readonly clock: Clock;
  /** See `EnvironmentOptions`. */
  readonly ownTokens?: boolean;
  /** Is told of an asynchronous event that failed for good; nobody is if absent. */
  readonly takeFailed?: (definition: FunctionDefinition, record: FailureRecord) => void;
  /** Environments per function; more events than that wait. */
  readonly limit: number;
  readonly log: (line: string) => void;
}

interface Deployed {
  readonly definition: FunctionDefinition;
  readonly pool: EnvironmentPool;
}

/** All functions of the stack. */
export class Functions {
  readonly #options: FunctionsOptions;
  readonly #queue: AsyncQueue;
  readonly #running = new Set<Promise<Outcome>>();
  readonly #retiring = new Set<EnvironmentPool>();
  #deployed: ReadonlyMap<string, Deployed> = new Map();
  #closing = false;

  constructor(options: FunctionsOptions) {
    this.#options = options;
    this.#queue = new AsyncQueue({
      run: (name, payload) => this.run(name, payload),
      retryOf: (name) => this.get(name)?.retry ?? { attempts: 0, maxAgeMs: 0, onFailure: null },
      giveUp: (name, event) => this.#giveUp(name, event),
      clock: options.clock,
      log: options.log,
    });
  }

  get(name: string): FunctionDefinition | undefined {
    return this.#deployed.get(name)?.definition;
  }

  /** Runs an event and answers how it ended; never rejects. `payload` is JSON. */
  async run(name: string, payload: string): Promise<Outcome> {
    const pool = this.#deployed.get(name)?.pool;
    if (pool === undefined) return failed('ResourceNotFoundException', `Function not found: ${name}`);
    const work = pool.run(payload);
    this.#running.add(work);
    const outcome = await work;
    this.#running.delete(work);
    if (!outcome.ok && !this.#closing) this.#options.log(`[${name}] ${describe(outcome.failure)}`);
    return outcome;
  }

  /** Takes an event to run soon, and again when it fails. `payload` is JSON. */
  runLater(name: string, payload: string): void {
    this.#queue.push(name, payload);
  }

  /** Takes a newly read template; what did not change stays warm, running events end on the old code. */
  update(definitions: ReadonlyMap<string, FunctionDefinition>): void {
    const next = new Map<string, Deployed>();
    for (const [name, definition] of definitions) {
      const before = this.#deployed.get(name);
      const same = before !== undefined && sameEnvironment(before.definition, definition);
      next.set(name, { definition, pool: same ? before.pool : this.#openPool(definition) });
    }
    const before = this.#deployed;
    this.#deployed = next;
    for (const [name, { pool }] of before) if (next.get(name)?.pool !== pool) this.#retire(pool);
  }

  /** Kills one of a function's environments: a running event fails, and the next one gets a new environment. */
  async kill(name: string, environment: string): Promise<void> {
    await this.#deployed.get(name)?.pool.kill(environment);
  }

  /** How many environments a function has now. */
  environmentCount(name: string): number {
    return this.#deployed.get(name)?.pool.size ?? 0;
  }

  /** Resolves when no event runs; one that waits for its retry does not count. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.all(this.#running);
      // What the end of an event starts, such as the answer to a caller, comes first.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Ends every environment. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#queue.close();
    const pools = [...this.#retiring, ...[...this.#deployed.values()].map(({ pool }) => pool)];
    await Promise.all(pools.map((pool) => pool.end()));
  }

  #giveUp(name: string, event: GivenUp): void {
    const definition = this.get(name);
    if (definition && !this.#closing)
      this.#options.takeFailed?.(definition, failureRecord(definition.arn, event));
  }

  #openPool(definition: FunctionDefinition): EnvironmentPool {
    const { variablesOf, clock, limit, ownTokens: ownToken = false } = this.#options;
    const log = (line: string): void => this.#options.log(`[${definition.name}] ${line}`);
    const variables = variablesOf(definition);
    return new EnvironmentPool({ definition, variables, clock, log, ownToken }, limit);
  }

  #retire(pool: EnvironmentPool): void {
    this.#retiring.add(pool);
    void pool.retire().finally(() => this.#retiring.delete(pool));
  }
}

/** Whether a running environment may serve `next`: a changed grant needs no new one, changed code does. */
function sameEnvironment(before: FunctionDefinition, next: FunctionDefinition): boolean {
  const essence = ({ role: _role, retry: _retry, file: _file, ...rest }: FunctionDefinition) => rest;
  return isDeepStrictEqual(essence(before), essence(next));
}

/** The failure and where it was thrown, as the runtime writes it to the function's log. */
function describe({ errorType, errorMessage, trace = [] }: Failure): string {
  const places = trace.filter((line) => line.trimStart().startsWith('at ')).slice(0, 5);
  return [`${errorType}: ${errorMessage}`, ...places].join('\n');
}
