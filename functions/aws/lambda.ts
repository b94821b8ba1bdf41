import { endpointOf, environmentRegion } from './environment.ts';
import { retrying, SILENCE_MS } from './retry.ts';
import { type Body, bodyOf, Service } from './service.ts';
import { encoded, type Header } from './sign.ts';

/**
 * Invokes a function asynchronously, and resolves once Lambda has accepted the event.
 * @param payload sent as JSON, at most 1 MB (AWS: Lambda quotas)
 */
export type Invoke = (functionName: string, payload: unknown) => Promise<void>;

/**
 * Invokes a function and resolves to its answer.
 * @param payload sent as JSON
 * @throws FunctionError if the function failed, gave no answer in time, or gave one that is no JSON or too large
 */
export type Call = (functionName: string, payload: unknown) => Promise<unknown>;

/** How a function failed: with an error, without an answer in time, or with an answer that is no JSON or too large. */
export type CallFailure = 'failed' | 'late' | 'malformed' | 'tooLarge';

/** An invoked function failed. `name` is the type of its error. The message is left out, since it may quote input. */
export class FunctionError extends Error {
  readonly failure: CallFailure;

  constructor(type: string, failure: CallFailure) {
    super('Function not answered: it failed. See its log.');
    this.name = type;
    this.failure = failure;
  }
}

/** The largest answer that is parsed. A text of 8,000 emoji with escapes, as some languages write JSON, has 96 KB. */
const MAX_ANSWER_BYTES = 128 * 1024;

/** The error type of an answer that is larger than Lambda allows: 6 MB (AWS: "Lambda quotas"). */
const OVER_QUOTA = 'Function.ResponseSizeTooLarge';

/** Returns the error of a call that took too long. */
export const lateAnswer = (): FunctionError => new FunctionError('TimeoutError', 'late');

/** Returns the answer of a function that was invoked synchronously. @throws FunctionError */
export function answerOf(body: Uint8Array, failed: boolean): unknown {
  if (body.length > MAX_ANSWER_BYTES) throw new FunctionError('AnswerTooLarge', 'tooLarge');
  let answer: unknown;
  try {
    answer = JSON.parse(Buffer.from(body).toString());
  } catch {
    throw new FunctionError('AnswerNotJson', failed ? 'failed' : 'malformed');
  }
  if (!failed) return answer;
  const type = String((answer as { readonly errorType?: unknown } | null)?.errorType ?? '');
  const failure = type === OVER_QUOTA ? 'tooLarge' : 'failed';
  throw new FunctionError(/^[\w.]{1,80}$/.test(type) ? type : 'Unhandled', failure);
}

/** Returns a function that sends an invocation once. @param silenceMs as in `ServiceOptions` */
function sender(type: 'Event' | 'RequestResponse', silenceMs: number) {
  const region = environmentRegion();
  const service = new Service({
    name: 'lambda',
    endpoint: endpointOf('lambda', 'LAMBDA', region),
    region,
    silenceMs,
  });
  const headers: readonly Header[] = [
    ['content-type', 'application/octet-stream'],
    ['x-amz-invocation-type', type],
  ];
  return (functionName: string, body: Body) =>
    service.send({
      method: 'POST',
      path: `/2015-03-31/functions/${encoded(functionName)}/invocations`,
      headers,
      body,
    });
}

/** Invokes functions with the signing client. */
export function signedInvoke(): Invoke {
  const send = sender('Event', SILENCE_MS);
  const retry = retrying();
  return async (functionName, payload) => {
    const body = bodyOf(JSON.stringify(payload));
    await retry(() => send(functionName, body));
  };
}

/**
 * Calls functions with the signing client.
 * @param timeoutMs the longest time for an answer, with all retries
 */
export function signedCall(timeoutMs: number): Call {
  // Lambda sends nothing until the function has answered.
  const send = sender('RequestResponse', timeoutMs);
  const retry = retrying();
  return async (functionName, payload) => {
    const request = bodyOf(JSON.stringify(payload));
    const late = Promise.withResolvers<never>();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      late.reject(lateAnswer());
    }, timeoutMs);
    try {
      const attempts = retry(() => (isLate ? late.promise : send(functionName, request)));
      const { headers, body } = await Promise.race([attempts, late.promise]);
      return answerOf(body, headers['x-amz-function-error'] !== undefined);
    } finally {
      clearTimeout(timer);
    }
  };
}
