import { createHash } from 'node:crypto';
import { ChatError } from '../../domain/errors.ts';
import { countLogin, type LoginWindow, uncountLogin } from '../../store/login-attempts.ts';
import { clientIp, type Route } from '../client-address.ts';
import type { HttpContext } from './context.ts';

const WINDOW_MS = 5 * 60 * 1000;
/** An office has many users behind one address. */
const MAX_BY_ADDRESS = 100;
const MAX_BY_NAME_AND_ADDRESS = 10;

/** Returns a client's address, or the prefix that its provider gave it for IPv6. */
export const clientAddress = (route: Route): string => network(clientIp(route));

/** A provider gives each customer at least a /64 of IPv6 addresses (RFC 6177), so they count as one. */
function network(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - last.length);
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...last];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

const digest = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

/**
 * Counts an attempt to sign in, by address, and by name and address together. Counting by name alone would let anybody
 * lock out anybody. Returns a function that takes the attempt back when it succeeds.
 * @param username undefined for an attempt that names no user
 * @throws ChatError RATE_LIMITED
 */
export async function countAttempt(
  username: string | undefined,
  address: string,
  { db, now }: Pick<HttpContext, 'db' | 'now'>,
): Promise<() => Promise<void>> {
  const start = now() - (now() % WINDOW_MS);
  const windowOf = (subject: string): LoginWindow => ({ subject, start, ms: WINDOW_MS });
  const counted: LoginWindow[] = [];
  for (const [subject, max] of [
    [digest(address), MAX_BY_ADDRESS],
    // The user pool compares names without case.
    [username && digest(username.normalize().toLowerCase(), address), MAX_BY_NAME_AND_ADDRESS],
  ] as const) {
    if (subject === undefined) continue;
    const window = windowOf(subject);
    if (!(await countLogin(db, window, max))) {
      const message = 'Not signed in: there were too many attempts. Wait a few minutes and try again.';
      throw new ChatError('RATE_LIMITED', message, start + WINDOW_MS - now());
    }
    counted.push(window);
  }
  return async () => {
    await Promise.all(counted.map((window) => uncountLogin(db, window)));
  };
}
