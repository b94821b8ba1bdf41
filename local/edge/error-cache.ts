import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Destination } from './forward.ts';

/** An error that the edge repeats without asking the origin. */
export interface CachedError {
  readonly status: number;
  readonly statusText: string;
  /** A flat list, as the viewer got it. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/**
 * Caches errors of origins as CloudFront does, whatever the cache policy says. AWS: "Control how long CloudFront caches
 * errors", for the 10 seconds, and "HTTP 4xx and 5xx status codes that CloudFront caches".
 */
export interface ErrorCache {
  /** Returns the error that the edge repeats for a request, or undefined. */
  find(request: IncomingMessage, destination: Destination): CachedError | undefined;
  /** Stores an error, unless CloudFront does not cache it. */
  store(request: IncomingMessage, destination: Destination, error: CachedError): void;
}

const defaultSeconds = 10;

/** Cached whatever the origin's Cache-Control says. */
const always: ReadonlySet<number> = new Set([500, 502, 503, 504]);
/** Cached unless the origin's Cache-Control forbids it. */
const unlessForbidden: ReadonlySet<number> = new Set([404, 410, 414, 501]);

export function createErrorCache(clock: Clock): ErrorCache {
  const errors = new Map<string, CachedError & { readonly until: number }>();
  return {
    find(request, destination) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
      const found = errors.get(keyOf(destination));
      return found !== undefined && clock.now() < found.until ? found : undefined;
    },
    store(request, destination, error) {
      const seconds = destination.errorSeconds.get(error.status) ?? defaultSeconds;
      if (request.method !== 'GET' || !isCached(error) || seconds === 0) return;
      const now = clock.now();
      for (const [key, { until }] of errors) if (until <= now) errors.delete(key);
      errors.set(keyOf(destination), { ...error, until: now + seconds * 1000 });
    },
  };
}

/** With the managed cache policies that the edge reads, the key has no query, header or cookie. */
const keyOf = ({ url, target }: Destination): string => url + target.split('?', 1)[0];

function isCached({ status, headers }: CachedError): boolean {
  if (always.has(status)) return true;
  const at = headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === 'cache-control');
  const forbidden = /no-store|no-cache|private/i.test(at < 0 ? '' : (headers[at + 1] ?? ''));
  return unlessForbidden.has(status) && !forbidden;
}
