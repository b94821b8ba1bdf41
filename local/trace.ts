/** One call to an AWS service as the local stack saw it; an observer's view, without any text in it. */
export interface AwsCall {
  /** The same on a call's request and its response. */
  readonly id: number;
  /** A call to `@connections` is seen at its request only. */
  readonly phase: 'request' | 'response';
  /** Null for a caller that is no function, such as a developer's AWS CLI. */
  readonly functionName: string | null;
  readonly service: 'dynamodb' | 'lambda' | 'execute-api' | 's3';
  /** For instance `dynamodb:PutItem`. */
  readonly action: string;
  /** The ARN; several, as of a batch over two tables, are joined by a comma. */
  readonly resource: string;
}

export type Trace = (call: AwsCall) => void;

let lastId = 0;

/** A number for the next call, unique in this process. */
export function nextCallId(): number {
  lastId += 1;
  return lastId;
}
