import type { Context } from 'aws-lambda';
import { retryUntil, SILENCE_MS } from '../aws/retry.ts';

import { countFault } from './metrics.ts';

/** The function was deployed without a setting that it needs, or with an invalid one. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Returns the value of an environment variable.
 * @throws ConfigurationError if it is not set
 */
export function required(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new ConfigurationError(`Function not configured: ${name} is not set. Deploy the stack again.`);
}

/** The longest time for the last attempt at a call and for the cleanup after it, plus one second, in milliseconds. */
const RESERVE_MS = 2 * SILENCE_MS + 1_000;

/** Ends retries of AWS calls so early that the function can still answer within its time limit. */
export function limitRetries(context: Pick<Context, 'getRemainingTimeInMillis'> | undefined): void {
  if (context) retryUntil(Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS);
}

/** Creates a value on first use and keeps it while the execution environment is warm. */
export function once<T>(create: () => T): () => T {
  let created: { readonly value: T } | undefined;
  return () => {
    created ??= { value: create() };
    return created.value;
  };
}

/**
 * Returns an error for a handler to throw. The Lambda runtime logs the stack of an error that a handler throws, so
 * this error's stack is only its message.
 */
export function invocationError(message: string): Error {
  const error = new Error(message);
  error.stack = `Error: ${message}`;
  return error;
}

/** Error messages of AWS services name actions and resources only. Messages of other errors may quote user input. */
const isSafeToLog = (error: Error): boolean => '$fault' in error || error instanceof ConfigurationError;

/**
 * Logs and counts an unexpected error, without stacks, tokens, message texts and query strings.
 * @param requestId the id that API Gateway shows the client. Lambda adds the id of the invocation to each line of the log
 */
export function logFault(where: string, error: unknown, requestId?: string): void {
  const fault = error instanceof Error ? error : new Error('not an error');
  console.error({
    fault: where,
    error: fault.name,
    ...(isSafeToLog(fault) && { reason: fault.message }),
    ...(requestId !== undefined && { requestId }),
  });
  countFault();
}
