import { SimpleFetcher } from 'aws-jwt-verify/https';

type Fetcher = Pick<SimpleFetcher, 'fetch'>;

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Fetches an issuer's keys. Keys fetched without TLS could be anybody's, so http is for loopback alone, where the
 * local issuer is; everything else goes through aws-jwt-verify's own fetcher, which takes https only.
 */
export function jwksFetcher(): Fetcher {
  const overTls = new SimpleFetcher();
  return {
    async fetch(uri, options, data) {
      const url = new URL(uri);
      if (url.protocol !== 'http:' || !loopback.has(url.hostname)) return overTls.fetch(uri, options, data);
      const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(3_000) });
      if (!response.ok) throw new Error(`Keys not fetched: the local issuer answered ${response.status}`);
      return response.arrayBuffer();
    },
  };
}
