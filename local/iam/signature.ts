import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The signature of a request (Signature Version 4). */
export interface Signature {
  readonly accessKeyId: string;
  /** `20300101/us-east-1/s3/aws4_request` */
  readonly scope: string;
  /** `20300101T120000Z` */
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly value: string;
}

/** The parts of a request that a signature covers. */
export interface CanonicalRequest {
  readonly method: string;
  /** Encoded as the service expects. */
  readonly path: string;
  /** Decoded names and values. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: IncomingHttpHeaders;
  readonly bodyHash: string;
}

/** Returns whether a secret key gives a request this signature (AWS: "Create a signed AWS API request"). */
export function isSignatureOf(request: CanonicalRequest, signature: Signature, secret: string): boolean {
  const expected = Buffer.from(computeSignature(request, signature, secret));
  const actual = Buffer.from(signature.value);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

function computeSignature(request: CanonicalRequest, signature: Signature, secret: string): string {
  const { date, scope, signedHeaders } = signature;
  const canonicalRequest = [
    request.method,
    request.path,
    canonicalQuery(request),
    ...signedHeaders.map((name) => `${name}:${canonicalHeader(request, name)}`),
    '',
    signedHeaders.join(';'),
    request.bodyHash,
  ].join('\n');
  const stringToSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonicalRequest)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, stringToSign).toString('hex');
}

export const sha256 = (content: string | Buffer): string =>
  createHash('sha256').update(content).digest('hex');

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const canonicalQuery = ({ query }: CanonicalRequest): string =>
  query
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');

const canonicalHeader = ({ headers }: CanonicalRequest, name: string): string =>
  String(headers[name] ?? '')
    .trim()
    .replace(/ +/g, ' ');

/** Percent-encodes all characters but the unreserved ones of RFC 3986. */
export const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** Returns the time of a date such as `20300101T120000Z` in milliseconds, or NaN. */
export function parseDate(date: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
