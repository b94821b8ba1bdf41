import type { Access } from '../iam/access.ts';
import type { FunctionDefinition } from '../lambda/definition.ts';
import type { FailureRecord } from '../lambda/failure-queues.ts';

/** SQS keeps them for as long as the template says; here the last ones are kept until the stack stops. */
const KEPT = 100;

export interface QueuesOptions {
  readonly access: Access;
  readonly log: (line: string) => void;
}

/** The queues that functions' failed events go to; nobody consumes them. */
export class Queues {
  readonly #options: QueuesOptions;
  readonly #kept = new Map<string, FailureRecord[]>();

  constructor(options: QueuesOptions) {
    this.#options = options;
  }

  /** What came to a queue, the oldest first; the same with each look. */
  records(name: string): readonly FailureRecord[] {
    return this.#kept.get(name) ?? [];
  }

  /**
   * Takes a failed event to the destination that its function names. Lambda sends it with the function's own role, so
   * one without the grant loses it.
   */
  take({ name: functionName, role, retry }: FunctionDefinition, record: FailureRecord): void {
    const { onFailure: arn } = retry;
    if (arn === null) return;
    const caller = { kind: 'function', functionName, role, environment: '' } as const;
    if (this.#options.access.check(caller, 'sqs:SendMessage', arn) !== undefined) return;
    const name = arn.split(':').at(-1) ?? '';
    const kept = [...this.records(name), record];
    this.#kept.set(name, kept.slice(-KEPT));
    this.#options.log(`A failed event of ${functionName} is in queue ${name}: GET /queues/${name}`);
  }
}
