import type { Duration } from 'aws-cdk-lib';

/** Reads a context value. */
export type Context = (key: string) => unknown;

/** Returns the error for an invalid setting. */
export function invalid(key: string, why: string, advice: string): Error {
  return new Error(`Setting "${key}" is invalid: ${why}. ${advice}.`);
}

/**
 * Checks that all names are known, because a misspelt one would have no effect.
 * @param prefix the path of the object that has the names
 * @throws Error that lists the known names
 */
export function checkNames(
  kind: 'Setting' | 'Property',
  names: readonly string[],
  known: readonly string[],
  prefix = '',
): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new Error(`${kind} "${prefix}${unknown}" is unknown. Use one of: ${known.toSorted().join(', ')}.`);
}

/** Parses `true` or `false`. */
export function flag(key: string, value: unknown): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw invalid(key, 'it is neither true nor false', 'Use true or false');
}

/** Returns the value of a setting with a few values. The first of them is the default. */
export function oneOf<T extends string>(context: Context, key: string, values: readonly [T, ...T[]]): T {
  const value = context(key) ?? values[0];
  const found = values.find((each) => each === String(value));
  if (found !== undefined) return found;
  throw invalid(key, 'the value is unknown', `Use ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`);
}

/**
 * Returns a number of a range.
 * @param value a number, or its digits
 * @throws Error that names the setting
 */
export function wholeNumber(key: string, value: unknown, min: number, max: number): number {
  const found = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof found === 'number' && Number.isInteger(found) && found >= min && found <= max) return found;
  throw invalid(key, 'it is not in the allowed range', `Use a whole number from ${min} to ${max}`);
}

/**
 * Returns a time limit for a function's answer.
 * @throws Error if it is not from `min` to 10 seconds
 */
export function checkTimeout(key: string, timeout: Duration, min: number): Duration {
  const seconds = timeout.isUnresolved() ? Number.NaN : timeout.toMilliseconds() / 1000;
  if (seconds >= min && seconds <= 10) return timeout;
  const advice = 'Use Duration.seconds(2), for example';
  throw invalid(key, `it is not from ${min} to 10 seconds`, advice);
}

/** Returns the URL unchanged, because an issuer must equal a token's `iss` exactly. */
export function secureUrl(key: string, value: unknown): string {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (typeof value !== 'string' || url === null) throw invalid(key, 'it is not a URL', 'Use an https URL');
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback)) return value;
  throw invalid(key, 'it is not an https URL', 'Use https; http is allowed on loopback only');
}

/** Returns a browser's origin: a URL without a path and without a trailing slash, as in the header `Origin`. */
export function checkOrigin(key: string, value: string): string {
  const origin = secureUrl(key, value);
  if (URL.parse(origin)?.origin === origin) return origin;
  throw invalid(key, `${origin} is not an origin`, 'Write https://chat.example.com, for example');
}
