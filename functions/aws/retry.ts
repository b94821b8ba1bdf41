import { NoResponse, type ServiceError, serviceError } from './errors.ts';
import type { HttpResponse } from './transport.ts';

// The attempts of the AWS SDK's standard retry mode (AWS SDKs and Tools Reference Guide: "Retry behavior").
const ATTEMPTS = 3;
const FIRST_BACKOFF_MS = 100;
const FIRST_BACKOFF_WHEN_THROTTLED_MS = 500;
const LONGEST_BACKOFF_MS = 20_000;
/** Milliseconds without a byte until a request to DynamoDB or Lambda fails. They usually respond within 50. */
export const SILENCE_MS = 2_000;

/** Returns the options of an SDK client's requests. By default, the SDK waits without a limit. */
export const sdkRequests = (silenceMs = 5_000) => ({
  requestTimeout: silenceMs,
  throwOnRequestTimeout: true,
});

/** Tokens for retries. Each retry takes some and each success returns some, so a failing service gets fewer retries. */
const QUOTA = 500;
const COST = 5;

let lastRetryAt = Number.POSITIVE_INFINITY;

/**
 * Starts no retry after `time`, in milliseconds since the epoch. An execution environment handles one event at a time.
 */
export function retryUntil(time: number): void {
  lastRetryAt = time;
}

const throttlingCodes = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);
const transientCodes = new Set(['RequestTimeout', 'RequestTimeoutException', 'TimeoutError']);

const isThrottled = ({ status, name }: ServiceError): boolean => status === 429 || throttlingCodes.has(name);

const isTransient = (error: NoResponse | ServiceError): boolean =>
  error instanceof NoResponse || error.status >= 500 || transientCodes.has(error.name) || isThrottled(error);

function backoffMs(error: NoResponse | ServiceError, attempt: number): number {
  const throttled = !(error instanceof NoResponse) && isThrottled(error);
  const first = throttled ? FIRST_BACKOFF_WHEN_THROTTLED_MS : FIRST_BACKOFF_MS;
  return Math.random() * Math.min(LONGEST_BACKOFF_MS, first * 2 ** attempt);
}

async function attemptOnce(
  send: () => Promise<HttpResponse>,
): Promise<HttpResponse | NoResponse | ServiceError> {
  try {
    const response = await send();
    return response.status < 300 ? response : serviceError(response);
  } catch (error) {
    if (error instanceof NoResponse) return error;
    throw error;
  }
}

/**
 * Returns a function that sends a request up to three times until it succeeds, with exponential backoff. Retries of
 * one returned function share a quota. It throws ServiceError, or NoResponse when the service could not be reached.
 */
export function retrying(): (send: () => Promise<HttpResponse>) => Promise<HttpResponse> {
  let quota = QUOTA;
  return async (send) => {
    for (let attempt = 0; ; attempt++) {
      const result = await attemptOnce(send);
      if (!(result instanceof Error)) {
        quota = Math.min(QUOTA, quota + (attempt > 0 ? COST : 1));
        return result;
      }
      const wait = backoffMs(result, attempt);
      const isLast = attempt + 1 === ATTEMPTS || Date.now() + wait > lastRetryAt;
      if (isLast || quota < COST || !isTransient(result)) throw result;
      quota -= COST;
      await new Promise((resume) => setTimeout(resume, wait));
    }
  };
}
