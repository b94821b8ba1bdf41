import type { Clock } from '../clock.ts';
import type { FunctionDefinition } from './definition.ts';
import type { FailedEvent } from './failure-queues.ts';
import type { Outcome } from './runtime.ts';

export interface AsyncQueueOptions {
  readonly run: (functionName: string, payload: string) => Promise<Outcome>;
  readonly definitionOf: (functionName: string) => FunctionDefinition | undefined;
  readonly clock: Clock;
  /** Called with an event that failed and is not retried again. */
  readonly onFailed: (definition: FunctionDefinition, event: FailedEvent) => void;
  readonly log: (line: string) => void;
}

interface QueuedEvent {
  readonly functionName: string;
  /** JSON. */
  readonly payload: string;
  /** Milliseconds since the epoch. */
  readonly queuedAt: number;
}

/** AWS: "How Lambda handles errors and retries": one minute before the first retry, two before the second. */
const retryDelaysMs = [60_000, 120_000];

/** Lambda's queue of asynchronous invocations, with its retries. */
export class AsyncQueue {
  readonly #options: AsyncQueueOptions;
  readonly #cancelRetry = new Set<() => void>();
  #closed = false;

  constructor(options: AsyncQueueOptions) {
    this.#options = options;
  }

  /** Runs an event soon, and retries it when it fails. `payload` is JSON. */
  push(functionName: string, payload: string): void {
    void this.#attempt({ functionName, payload, queuedAt: this.#options.clock.now() }, 1);
  }

  /** Drops the events that wait for a retry. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#cancelRetry) cancel();
    this.#cancelRetry.clear();
  }

  async #attempt(event: QueuedEvent, attempt: number): Promise<void> {
    const { run, definitionOf, clock, log, onFailed } = this.#options;
    const { functionName, payload, queuedAt } = event;
    const outcome = await run(functionName, payload);
    if (outcome.ok || this.#closed) return;
    const definition = definitionOf(functionName);
    const { retries, maxAgeMs } = definition?.retry ?? { retries: 0, maxAgeMs: 0 };
    const delay = retryDelaysMs[attempt - 1] ?? 120_000;
    if (attempt <= retries && clock.now() + delay - queuedAt <= maxAgeMs) {
      return this.#retry(event, attempt + 1, delay);
    }
    const attempts = attempt === 1 ? '1 attempt' : `${attempt} attempts`;
    log(`An event for ${functionName} was dropped after ${attempts}: ${outcome.failure.errorMessage}`);
    if (definition === undefined) return;
    const condition = attempt > retries ? 'RetriesExhausted' : 'EventAgeExceeded';
    const { failure } = outcome;
    onFailed(definition, { payload, condition, attempts: attempt, failure, failedAt: clock.now() });
  }

  #retry(event: QueuedEvent, attempt: number, delay: number): void {
    const cancel = this.#options.clock.after(delay, () => {
      this.#cancelRetry.delete(cancel);
      void this.#attempt(event, attempt);
    });
    this.#cancelRetry.add(cancel);
  }
}
