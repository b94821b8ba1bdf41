import type { Access, Caller } from '../iam/access.ts';
import { isPresigned, verifyPresigned } from './authenticate.ts';
import { type S3Error, s3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

const isError = (found: object): found is S3Error => 'code' in found;

/** Who sent a request: by its Authorization header, or by the signature in its query. `now` is in milliseconds. */
export function callerOf(request: S3Request, access: Access, now: number): Caller | S3Error {
  if (!isPresigned(request)) return access.callerOf(request.headers);
  if (request.headers.authorization !== undefined) {
    return s3Error(
      400,
      'InvalidArgument',
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    );
  }
  const signer = verifyPresigned(request, (key) => access.secretOf(key), now);
  if (isError(signer)) return signer;
  return access.callerBy(signer.accessKeyId, signer.sessionToken);
}

/** Undefined where the caller may do it; each refusal of a role is in the log. */
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
