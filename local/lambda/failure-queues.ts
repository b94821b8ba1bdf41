import { randomUUID } from 'node:crypto';
import type { Access } from '../iam/access.ts';
import type { FunctionDefinition } from './definition.ts';
import type { Failure } from './runtime.ts';

/** An asynchronous event that is not retried again. */
export interface FailedEvent {
  /** JSON. */
  readonly payload: string;
  readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
  readonly attempts: number;
  readonly failure: Failure;
  /** Milliseconds since the epoch. */
  readonly failedAt: number;
}

/** The message to a failure destination (AWS: "Capturing records of Lambda asynchronous invocations"). */
const failureRecord = (functionArn: string, event: FailedEvent) => ({
  version: '1.0',
  timestamp: new Date(event.failedAt).toISOString(),
  requestContext: {
    requestId: randomUUID(),
    functionArn: `${functionArn}:$LATEST`,
    condition: event.condition,
    approximateInvokeCount: event.attempts,
  },
  requestPayload: JSON.parse(event.payload) as unknown,
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  responsePayload: event.failure,
});

type FailureRecord = ReturnType<typeof failureRecord>;

/** Records that a queue keeps in memory. SQS keeps them for the queue's retention period. */
const maxRecords = 100;

/** The SQS queues that are failure destinations. A developer can read them; nothing consumes them. */
export class FailureQueues {
  readonly #access: Access;
  readonly #log: (line: string) => void;
  readonly #records = new Map<string, readonly FailureRecord[]>();

  constructor(access: Access, log: (line: string) => void) {
    this.#access = access;
    this.#log = log;
  }

  /** Returns the records in a queue, oldest first, and leaves them there. */
  records(queueName: string): readonly FailureRecord[] {
    return this.#records.get(queueName) ?? [];
  }

  /** Adds the event to the function's failure queue, unless it has none or its role does not allow it. */
  add({ name: functionName, arn, role, retry }: FunctionDefinition, event: FailedEvent): void {
    const { onFailure: queueArn } = retry;
    if (queueArn === null) return;
    const caller = { kind: 'function', functionName, role, environment: '' } as const;
    if (this.#access.check(caller, 'sqs:SendMessage', queueArn) !== undefined) return;
    const queueName = queueArn.split(':').at(-1) ?? '';
    const records = [...this.records(queueName), failureRecord(arn, event)];
    this.#records.set(queueName, records.slice(-maxRecords));
    this.#log(`Queue ${queueName} has a failed event of ${functionName}. See GET /queues/${queueName}.`);
  }
}
