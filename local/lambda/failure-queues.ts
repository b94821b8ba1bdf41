import type { Access } from '../iam/access.ts';
import type { FunctionDefinition } from './definition.ts';
import type { Failure } from './runtime.ts';

/**
 * The message that Lambda sends to a failure destination.
 * AWS: "Capturing records of Lambda asynchronous invocations".
 */
export interface FailureRecord {
  readonly version: '1.0';
  /** ISO 8601. */
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  readonly responseContext: {
    readonly statusCode: 200;
    readonly executedVersion: '$LATEST';
    readonly functionError: 'Unhandled';
  };
  readonly responsePayload: Failure;
}

/** Records that a queue keeps in memory. SQS keeps them for the queue's retention period. */
const maxRecords = 100;

export interface FailureQueuesOptions {
  readonly access: Access;
  readonly log: (line: string) => void;
}

/** The SQS queues that are failure destinations. A developer can read them; nothing consumes them. */
export class FailureQueues {
  readonly #options: FailureQueuesOptions;
  readonly #records = new Map<string, readonly FailureRecord[]>();

  constructor(options: FailureQueuesOptions) {
    this.#options = options;
  }

  /** Returns the records in a queue, oldest first, and leaves them there. */
  records(queueName: string): readonly FailureRecord[] {
    return this.#records.get(queueName) ?? [];
  }

  /** Adds a record to the function's failure queue, unless it has none or its role does not allow it. */
  add({ name: functionName, role, retry }: FunctionDefinition, record: FailureRecord): void {
    const { onFailure: queueArn } = retry;
    if (queueArn === null) return;
    const caller = { kind: 'function', functionName, role, environment: '' } as const;
    if (this.#options.access.check(caller, 'sqs:SendMessage', queueArn) !== undefined) return;
    const queueName = queueArn.split(':').at(-1) ?? '';
    this.#records.set(queueName, [...this.records(queueName), record].slice(-maxRecords));
    this.#options.log(
      `Queue ${queueName} has a failed event of ${functionName}. See GET /queues/${queueName}.`,
    );
  }
}
