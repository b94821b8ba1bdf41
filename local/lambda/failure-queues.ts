import { randomUUID } from 'node:crypto';
import type { Failure } from './outcome.ts';

/** What Lambda tells a destination of an event that failed. AWS: "Capturing records of Lambda asynchronous invocations". */
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

/** An event that is given up. */
export interface GivenUp {
  /** JSON. */
  readonly payload: string;
  readonly condition: FailureRecord['requestContext']['condition'];
  readonly tries: number;
  readonly failure: Failure;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export const failureRecord = (
  functionArn: string,
  { payload, condition, tries, failure, at }: GivenUp,
): FailureRecord => ({
  version: '1.0',
  timestamp: new Date(at).toISOString(),
  requestContext: {
    requestId: randomUUID(),
    functionArn: `${functionArn}:$LATEST`,
    condition,
    approximateInvokeCount: tries,
  },
  requestPayload: JSON.parse(payload),
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  responsePayload: failure,
});
