import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type S3Error, s3Error } from './s3-error.ts';
import { queryOf, type S3Request } from './s3-request.ts';

/** Who signed a URL, and with what. */
export interface Signer {
  readonly accessKeyId: string;
  /** Undefined where the URL was signed with none. */
  readonly sessionToken: string | undefined;
}

/** The secret of an access key id; undefined for a key that nobody here has. */
export type SecretOf = (accessKeyId: string) => string | undefined;

/** AWS: "Authenticating requests: using query parameters", the longest that a signed URL may be used. */
const longestSeconds = 7 * 24 * 60 * 60;
const skewMs = 15 * 60_000;

const badQuery = (message: string) => s3Error(400, 'AuthorizationQueryParametersError', message);
const isError = (found: Signer | S3Error): found is S3Error => 'code' in found;

/** Whether the signature is in the query. */
export const isPresigned = (request: S3Request): boolean => queryOf(request, 'X-Amz-Signature') !== undefined;

interface Claim extends Signer {
  readonly scope: string;
  /** `20300101T120000Z` */
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/**
 * Checks a URL that was signed with Signature Version 4: that it is used in its time, with the method, path, query and
 * headers that were signed. `now` is in milliseconds.
 */
export function verifyPresigned(request: S3Request, secretOf: SecretOf, now: number): Signer | S3Error {
  const claim = readClaim(request, now);
  if (isError(claim)) return claim;
  const secret = secretOf(claim.accessKeyId);
  if (secret === undefined) {
    return s3Error(
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
    );
  }
  const expected = Buffer.from(signatureOf(request, claim, secret));
  const given = Buffer.from(claim.signature);
  if (given.length === expected.length && timingSafeEqual(given, expected)) return claim;
  return s3Error(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
}

function readClaim(request: S3Request, now: number): Claim | S3Error {
  const text = (name: string) => queryOf(request, name) ?? '';
  const [accessKeyId = '', ...scope] = text('X-Amz-Credential').split('/');
  const date = text('X-Amz-Date');
  const seconds = Number(text('X-Amz-Expires'));
  const signedHeaders = text('X-Amz-SignedHeaders').split(';');
  if (text('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') {
    return badQuery('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"');
  }
  const signedAt = timeOf(date);
  if (scope.length !== 4 || Number.isNaN(signedAt) || !signedHeaders.includes('host')) {
    return badQuery(
      'Query-string authentication version 4 requires Credential, Date, Expires and SignedHeaders',
    );
  }
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > longestSeconds) {
    return badQuery('X-Amz-Expires must be between 1 and 604800 seconds');
  }
  if (signedAt > now + skewMs) return s3Error(403, 'AccessDenied', 'Request is not yet valid');
  if (now > signedAt + seconds * 1000) return s3Error(403, 'AccessDenied', 'Request has expired');
  const sessionToken = queryOf(request, 'X-Amz-Security-Token');
  const signature = text('X-Amz-Signature');
  return { accessKeyId, sessionToken, scope: scope.join('/'), date, signedHeaders, signature };
}

function timeOf(date: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** AWS: "Create a signed AWS API request", with S3's exception: its paths are encoded once and not normalized. */
function signatureOf(request: S3Request, claim: Claim, secret: string): string {
  const canonical = [
    request.method,
    decodeURIComponent(request.path).split('/').map(encoded).join('/'),
    canonicalQuery(request),
    ...claim.signedHeaders.map((name) => `${name}:${headerOf(request, name)}`),
    '',
    claim.signedHeaders.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', claim.date, claim.scope, digest].join('\n');
  const key = claim.scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

function canonicalQuery({ query }: S3Request): string {
  return query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
}

const headerOf = ({ headers }: S3Request, name: string): string =>
  String(headers[name] ?? '')
    .trim()
    .replace(/ +/g, ' ');

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
