import type { Access, Caller } from '../iam/access.ts';
import { type CanonicalRequest, encode, isSignatureOf, parseDate, type Signature } from '../iam/signature.ts';
import { isS3Error, queryOf, type S3Error, type S3Request, s3Error } from './s3-request.ts';

/** Identifies the caller by the Authorization header or the presigned URL. `now` is in milliseconds. */
export function callerOf(request: S3Request, access: Access, now: number): Caller | S3Error {
  if (queryOf(request, 'X-Amz-Signature') === undefined) return access.callerOf(request.headers);
  if (request.headers.authorization !== undefined) {
    return s3Error(
      400,
      'InvalidArgument',
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    );
  }
  const signature = verifyPresigned(request, access, now);
  if (isS3Error(signature)) return signature;
  return access.callerByKey(signature.accessKeyId, queryOf(request, 'X-Amz-Security-Token'));
}

/** Returns undefined if the caller may do `action` on `resource`, else the error response. */
export function denialOf(
  caller: Caller,
  action: string,
  resource: string,
  access: Access,
): S3Error | undefined {
  const denial = access.check(caller, action, resource);
  if (denial === undefined) return undefined;
  if (caller.kind === 'impostor') {
    return s3Error(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.');
  }
  return s3Error(403, 'AccessDenied', caller.kind === 'anonymous' ? 'Access Denied' : denial.message);
}

/** The maximum of X-Amz-Expires (AWS: "Authenticating requests: using query parameters"). */
const maxExpirySeconds = 7 * 24 * 60 * 60;
const clockSkewMs = 15 * 60_000;

/** Checks that a presigned URL is used in time, and with the method, path, query and headers that it signs. */
function verifyPresigned(request: S3Request, access: Access, now: number): Signature | S3Error {
  const signature = readSignature(request, now);
  if (isS3Error(signature)) return signature;
  const secret = access.secretOf(signature.accessKeyId);
  if (secret === undefined) {
    return s3Error(
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
    );
  }
  if (isSignatureOf(canonicalRequest(request), signature, secret)) return signature;
  return s3Error(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
}

const invalidQuery = (message: string) => s3Error(400, 'AuthorizationQueryParametersError', message);

function readSignature(request: S3Request, now: number): Signature | S3Error {
  const parameter = (name: string) => queryOf(request, name) ?? '';
  const [accessKeyId = '', ...scope] = parameter('X-Amz-Credential').split('/');
  const date = parameter('X-Amz-Date');
  const seconds = Number(parameter('X-Amz-Expires'));
  const signedHeaders = parameter('X-Amz-SignedHeaders').split(';');
  if (parameter('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') {
    return invalidQuery('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"');
  }
  const signedAt = parseDate(date);
  if (scope.length !== 4 || Number.isNaN(signedAt) || !signedHeaders.includes('host')) {
    return invalidQuery(
      'Query-string authentication version 4 requires Credential, Date, Expires and SignedHeaders',
    );
  }
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > maxExpirySeconds) {
    return invalidQuery('X-Amz-Expires must be between 1 and 604800 seconds');
  }
  if (signedAt > now + clockSkewMs) return s3Error(403, 'AccessDenied', 'Request is not yet valid');
  if (now > signedAt + seconds * 1000) return s3Error(403, 'AccessDenied', 'Request has expired');
  return { accessKeyId, scope: scope.join('/'), date, signedHeaders, value: parameter('X-Amz-Signature') };
}

/** S3 encodes paths once and does not normalize them. A presigned URL does not sign the body. */
const canonicalRequest = (request: S3Request): CanonicalRequest => ({
  method: request.method,
  path: decodeURIComponent(request.path).split('/').map(encode).join('/'),
  query: request.query.filter(([name]) => name !== 'X-Amz-Signature'),
  headers: request.headers,
  bodyHash: 'UNSIGNED-PAYLOAD',
});
