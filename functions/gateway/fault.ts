/**
 * An error for Lambda to report. Lambda's runtime logs the stack of whatever a handler throws, so it has none, and its
 * sentence is ours.
 */
export function reported(sentence: string): Error {
  const error = new Error(sentence);
  error.stack = `Error: ${sentence}`;
  return error;
}

/** An AWS service's own words name actions and resources; any other error's may quote what a user wrote. */
const sayable = (error: Error): boolean =>
  '$fault' in error || error.message.startsWith('Function not configured');

/** Logs what a person on call needs to know of a fault: never a stack, a token, a text or a query string. */
export function logFault(where: string, error: unknown, requestId: string): void {
  const known = error instanceof Error ? error : new Error('not an error');
  console.error({
    fault: where,
    error: known.name,
    ...(sayable(known) && { reason: known.message }),
    requestId,
  });
}
