import type { Clock } from '../clock.ts';
import type { RetryPolicy } from './definition.ts';
import type { GivenUp } from './failure-queues.ts';
import type { Outcome } from './outcome.ts';

export interface AsyncQueueOptions {
  readonly run: (functionName: string, payload: string) => Promise<Outcome>;
  readonly retryOf: (functionName: string) => RetryPolicy;
  readonly clock: Clock;
  /** Is told of an event that is not tried again. */
  readonly giveUp: (functionName: string, event: GivenUp) => void;
  readonly log: (line: string) => void;
}

interface QueuedEvent {
  readonly functionName: string;
  /** JSON. */
  readonly payload: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** AWS: "How Lambda handles errors and retries": one minute before the first retry, two before the second. */
const retryWaitsMs = [60_000, 120_000];

/** Lambda's own queue of asynchronous invocations, with its retries. */
export class AsyncQueue {
  readonly #options: AsyncQueueOptions;
  readonly #cancels = new Set<() => void>();

  constructor(options: AsyncQueueOptions) {
    this.#options = options;
  }

  /** Takes an event, runs it soon, and again when it fails. `payload` is JSON. */
  push(functionName: string, payload: string): void {
    void this.#attempt({ functionName, payload, since: this.#options.clock.now() }, 1);
  }

  /** Drops what waits for a retry. */
  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  async #attempt(event: QueuedEvent, tries: number): Promise<void> {
    const { run, retryOf, clock, log, giveUp } = this.#options;
    const { functionName, payload, since } = event;
    const outcome = await run(functionName, payload);
    if (outcome.ok) return;
    const { attempts, maxAgeMs } = retryOf(functionName);
    const wait = retryWaitsMs[tries - 1] ?? 120_000;
    if (tries <= attempts && clock.now() + wait - since <= maxAgeMs) return this.#retry(event, tries, wait);
    const times = tries === 1 ? 'one try' : `${tries} tries`;
    log(`An event for ${functionName} was dropped after ${times}: ${outcome.failure.errorMessage}`);
    const condition = tries > attempts ? 'RetriesExhausted' : 'EventAgeExceeded';
    giveUp(functionName, { payload, condition, tries, failure: outcome.failure, at: clock.now() });
  }

  #retry(event: QueuedEvent, tries: number, wait: number): void {
    const cancel = this.#options.clock.after(wait, () => {
      this.#cancels.delete(cancel);
      void this.#attempt(event, tries + 1);
    });
    this.#cancels.add(cancel);
  }
}
