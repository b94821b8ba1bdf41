import type { Answer } from './answer-reader.ts';
import { NoAnswer, type ServiceError, serviceError } from './errors.ts';

// The SDK's standard mode (AWS SDKs and Tools Reference Guide: retry behavior).
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 100;
const FIRST_PAUSE_WHEN_THROTTLED_MS = 500;
const LONGEST_PAUSE_MS = 20_000;
/** Each retry costs of these, and each success gives some back: a service that is down is not stormed. */
const QUOTA = 500;
const COST = 5;

const throttling = new Set([
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
const transient = new Set(['RequestTimeout', 'RequestTimeoutException', 'TimeoutError']);

const isThrottled = ({ status, name }: ServiceError): boolean => status === 429 || throttling.has(name);

const isTransient = (error: NoAnswer | ServiceError): boolean =>
  error instanceof NoAnswer || error.status >= 500 || transient.has(error.name) || isThrottled(error);

function pauseAfter(error: NoAnswer | ServiceError, attempt: number): Promise<void> {
  const slow = !(error instanceof NoAnswer) && isThrottled(error);
  const first = slow ? FIRST_PAUSE_WHEN_THROTTLED_MS : FIRST_PAUSE_MS;
  const ms = Math.random() * Math.min(LONGEST_PAUSE_MS, first * 2 ** attempt);
  return new Promise((resume) => setTimeout(resume, ms));
}

async function attempted(ask: () => Promise<Answer>): Promise<Answer | NoAnswer | ServiceError> {
  try {
    const answer = await ask();
    return answer.status < 300 ? answer : serviceError(answer);
  } catch (error) {
    if (error instanceof NoAnswer) return error;
    throw error;
  }
}

/**
 * Makes what asks a service until it answers with success, three times at most, with growing pauses.
 * It throws ServiceError for what the service refuses, NoAnswer where it cannot be reached.
 */
export function retrying(): (ask: () => Promise<Answer>) => Promise<Answer> {
  let quota = QUOTA;
  return async (ask) => {
    for (let attempt = 0; ; attempt++) {
      const answer = await attempted(ask);
      if (!(answer instanceof Error)) {
        quota = Math.min(QUOTA, quota + (attempt > 0 ? COST : 1));
        return answer;
      }
      if (attempt + 1 === ATTEMPTS || quota < COST || !isTransient(answer)) throw answer;
      quota -= COST;
      await pauseAfter(answer, attempt);
    }
  };
}
