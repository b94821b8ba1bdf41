import { hash } from 'node:crypto';
import type { Credentials } from '../functions/aws/environment.ts';
import {
  canonicalPath,
  encoded,
  type Header,
  Signer,
  signedHeaders,
  signingTime,
} from '../functions/aws/sign.ts';

/** A request to the admin API. */
export interface AdminRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const signers = new Map<string, Signer>();

function signerOf(region: string): Signer {
  const signer = signers.get(region) ?? new Signer('execute-api', region);
  signers.set(region, signer);
  return signer;
}

const canonicalQuery = (url: URL): string =>
  [...url.searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');

/** Returns the headers of a request with its signature (AWS: "Create a signed AWS API request"). */
export function signRequest(
  { method, url, headers, body }: AdminRequest,
  credentials: Credentials,
  { region, now }: { readonly region: string; readonly now: number },
): Record<string, string> {
  const time = signingTime(now);
  const signed: Header[] = [
    ...Object.entries(headers),
    ['host', url.host],
    ['x-amz-date', time.stamp],
    ...(credentials.sessionToken ? [['x-amz-security-token', credentials.sessionToken] as const] : []),
  ];
  const signable = {
    method,
    path: canonicalPath(url.pathname),
    query: canonicalQuery(url),
    headers: signedHeaders(signed),
    bodyHash: hash('sha256', body),
  };
  const authorization = signerOf(region).authorization(signable, credentials, time);
  // `fetch` sets the header host itself.
  const sent = signed.filter(([name]) => name !== 'host');
  return { ...Object.fromEntries(sent), authorization };
}
