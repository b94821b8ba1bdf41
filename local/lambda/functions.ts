import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import type { FunctionDefinition } from './definition.ts';
import { failed } from './environment.ts';
import { EnvironmentPool } from './environment-pool.ts';
import type { FailedEvent } from './failure-queues.ts';
import type { Failure, Outcome } from './runtime.ts';

export interface FunctionsOptions {
  readonly variablesOf: (definition: FunctionDefinition) => Record<string, string>;
  readonly clock: Clock;
  /** See `EnvironmentOptions`. */
  readonly tokenPerEnvironment?: boolean;
  /** Called with an asynchronous event that failed for good. */
  readonly onFailed?: (definition: FunctionDefinition, event: FailedEvent) => void;
  /** Execution environments per function. Further events wait. */
  readonly limit: number;
  readonly log: (line: string) => void;
}

/** A function's failure as an exception, for a caller in this process. */
export class FunctionError extends Error {
  constructor({ errorType, errorMessage }: Failure) {
    super(errorMessage);
    this.name = errorType;
  }
}

/** An event of an asynchronous invocation. */
interface QueuedEvent {
  readonly functionName: string;
  /** JSON. */
  readonly payload: string;
  /** Milliseconds since the epoch. */
  readonly queuedAt: number;
}

/** Lambda retries after one minute, then after two (AWS: "How Lambda handles errors and retries"). */
const retryDelaysMs = [60_000, 120_000];

interface DeployedFunction {
  readonly definition: FunctionDefinition;
  readonly pool: EnvironmentPool;
}

/** All functions of the stack, with Lambda's queue of asynchronous invocations. */
export class Functions {
  readonly #options: FunctionsOptions;
  readonly #running = new Set<Promise<Outcome>>();
  readonly #retiring = new Set<EnvironmentPool>();
  readonly #cancelRetry = new Set<() => void>();
  readonly #deployed = new Map<string, DeployedFunction>();
  #closing = false;

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  get(name: string): FunctionDefinition | undefined {
    return this.#deployed.get(name)?.definition;
  }

  /** Runs an event and resolves to its outcome. Never rejects. `payload` is JSON. */
  async run(name: string, payload: string): Promise<Outcome> {
    const pool = this.#deployed.get(name)?.pool;
    if (pool === undefined) return failed('ResourceNotFoundException', `Function not found: ${name}`);
    const invocation = pool.run(payload);
    this.#running.add(invocation);
    const outcome = await invocation;
    this.#running.delete(invocation);
    if (!outcome.ok && !this.#closing) this.#options.log(`[${name}] ${describe(outcome.failure)}`);
    return outcome;
  }

  /** Runs an event soon, and retries it when it fails. `payload` is JSON. */
  runAsync(functionName: string, payload: string): void {
    void this.#attempt({ functionName, payload, queuedAt: this.#options.clock.now() }, 1);
  }

  /** Deploys new definitions and removes all other functions. */
  update(definitions: ReadonlyMap<string, FunctionDefinition>): void {
    for (const definition of definitions.values()) this.replace(definition);
    for (const [name, { pool }] of this.#deployed) {
      if (definitions.has(name)) continue;
      this.#deployed.delete(name);
      this.#retire(pool);
    }
  }

  /**
   * Deploys one function. New events run in new environments, and running ones finish in the old (AWS: "Lambda function
   * states"). A function whose code and variables are the same stays warm.
   */
  replace(definition: FunctionDefinition): void {
    const existing = this.#deployed.get(definition.name);
    const isSame = existing !== undefined && hasSameEnvironment(existing.definition, definition);
    const pool = isSame ? existing.pool : this.#openPool(definition);
    this.#deployed.set(definition.name, { definition, pool });
    if (existing !== undefined && !isSame) this.#retire(existing.pool);
  }

  /** Ends the execution environments of a function at once. Running events fail, and new ones run in new environments. */
  async restart(name: string): Promise<void> {
    const deployed = this.#deployed.get(name);
    if (deployed === undefined) return;
    const { definition, pool } = deployed;
    this.#deployed.set(name, { definition, pool: this.#openPool(definition) });
    await pool.end();
    // An event that waited for an environment has started another one.
    this.#retire(pool);
  }

  /** Kills one execution environment. Its running event fails; the next event gets a new environment. */
  async kill(name: string, environment: string): Promise<void> {
    await this.#deployed.get(name)?.pool.kill(environment);
  }

  /** Returns how many execution environments a function has now. */
  environmentCount(name: string): number {
    return this.#deployed.get(name)?.pool.size ?? 0;
  }

  /** Resolves when no event runs. Events that wait for a retry do not count. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.all(this.#running);
      // The end of an event may start other work, such as the response to its caller.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Drops the events that wait for a retry. */
  dropRetries(): void {
    for (const cancel of this.#cancelRetry) cancel();
    this.#cancelRetry.clear();
  }

  /** Ends every execution environment and drops the events that wait for a retry. */
  async close(): Promise<void> {
    this.#closing = true;
    this.dropRetries();
    const pools = [...this.#retiring, ...[...this.#deployed.values()].map(({ pool }) => pool)];
    await Promise.all(pools.map((pool) => pool.end()));
  }

  async #attempt(event: QueuedEvent, attempt: number): Promise<void> {
    const { clock, log, onFailed } = this.#options;
    const { functionName, payload, queuedAt } = event;
    const outcome = await this.run(functionName, payload);
    if (outcome.ok || this.#closing) return;
    const definition = this.get(functionName);
    const { retries, maxAgeMs } = definition?.retry ?? { retries: 0, maxAgeMs: 0 };
    const delay = retryDelaysMs[attempt - 1] ?? 120_000;
    if (attempt <= retries && clock.now() + delay - queuedAt <= maxAgeMs) {
      return this.#retry(event, attempt + 1, delay);
    }
    const { failure } = outcome;
    const attempts = attempt === 1 ? '1 attempt' : `${attempt} attempts`;
    log(`An event for ${functionName} was dropped after ${attempts}: ${failure.errorMessage}`);
    if (definition === undefined) return;
    const condition = attempt > retries ? 'RetriesExhausted' : 'EventAgeExceeded';
    onFailed?.(definition, { payload, condition, attempts: attempt, failure, failedAt: clock.now() });
  }

  #retry(event: QueuedEvent, attempt: number, delay: number): void {
    const cancel = this.#options.clock.after(delay, () => {
      this.#cancelRetry.delete(cancel);
      void this.#attempt(event, attempt);
    });
    this.#cancelRetry.add(cancel);
  }

  #openPool(definition: FunctionDefinition): EnvironmentPool {
    const { variablesOf, clock, limit, tokenPerEnvironment = false } = this.#options;
    const log = (line: string): void => this.#options.log(`[${definition.name}] ${line}`);
    const variables = variablesOf(definition);
    return new EnvironmentPool({ definition, variables, clock, log, tokenPerEnvironment }, limit);
  }

  #retire(pool: EnvironmentPool): void {
    this.#retiring.add(pool);
    void pool.retire().finally(() => this.#retiring.delete(pool));
  }
}

/** Returns whether warm environments stay valid. A changed role or retry policy does not affect them. */
function hasSameEnvironment(before: FunctionDefinition, next: FunctionDefinition): boolean {
  const relevant = ({ role: _role, retry: _retry, file: _file, ...rest }: FunctionDefinition) => rest;
  return isDeepStrictEqual(relevant(before), relevant(next));
}

/** Formats a failure with the first lines of its stack trace, like the runtime's log. */
function describe({ errorType, errorMessage, trace = [] }: Failure): string {
  const places = trace.filter((line) => line.trimStart().startsWith('at ')).slice(0, 5);
  return [`${errorType}: ${errorMessage}`, ...places].join('\n');
}
