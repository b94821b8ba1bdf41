import type { Caller } from './iam/access.ts';

/** One call to an AWS service as an observer of the local stack sees it. Contains no message text. */
export interface AwsCall {
  /** Unique in this process. The request and the response of a call have the same id. */
  readonly id: number;
  /** A call to an API of API Gateway is traced at its request only. */
  readonly phase: 'request' | 'response';
  /** Null if the caller is not a function, such as a developer's AWS CLI. */
  readonly functionName: string | null;
  readonly service: 'dynamodb' | 'lambda' | 'execute-api' | 's3';
  /** For instance `dynamodb:PutItem`. */
  readonly action: string;
  /** The ARN. The ARNs of a call to several resources, such as a batch, are joined by commas. */
  readonly resource: string;
}

export type Trace = (call: AwsCall) => void;

let lastId = 0;

/** Numbers and describes the next call, for its two trace entries. */
export function describeCall(
  caller: Caller,
  { service, action, resource }: Pick<AwsCall, 'service' | 'action' | 'resource'>,
): Omit<AwsCall, 'phase'> {
  lastId += 1;
  const functionName = caller.kind === 'function' ? caller.functionName : null;
  return { id: lastId, functionName, service, action, resource };
}
