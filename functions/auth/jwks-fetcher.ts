import { FetchError } from 'aws-jwt-verify/error';
import { SimpleFetcher } from 'aws-jwt-verify/https';

type Fetcher = Pick<SimpleFetcher, 'fetch'>;

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Fetches an issuer's keys. Without TLS an attacker could replace them, so http is allowed only on loopback, for the
 * local issuer. The fetcher of aws-jwt-verify handles all other URLs, and accepts only https.
 */
export function jwksFetcher(): Fetcher {
  const overTls = new SimpleFetcher();
  return {
    async fetch(uri, options, data) {
      const url = new URL(uri);
      if (url.protocol !== 'http:' || !loopback.has(url.hostname)) return overTls.fetch(uri, options, data);
      try {
        const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(3_000) });
        if (response.ok) return await response.arrayBuffer();
        throw new Error(`the local issuer responded with ${response.status}`);
      } catch (error) {
        throw new FetchError(uri, error);
      }
    },
  };
}
