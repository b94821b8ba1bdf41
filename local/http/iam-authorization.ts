import type { IncomingMessage } from 'node:http';
import { account, localArn } from '../account.ts';
import type { Access, Caller } from '../iam/access.ts';
import { encode, isSignatureOf, parseDate, type Signature, sha256 } from '../iam/signature.ts';
import { describeCall, type Trace } from '../trace.ts';
import { decode } from './http-event.ts';

/** Authorizes a request to a route with the authorization AWS_IAM. Returns undefined to refuse it. */
export type Authorize = (request: IncomingMessage, body: Buffer, resource: string) => IamIdentity | undefined;

/** The caller in the event of a function (`requestContext.authorizer.iam`). */
export interface IamIdentity {
  readonly accessKey: string;
  readonly accountId: string;
  readonly callerId: string;
  readonly cognitoIdentity: null;
  readonly principalOrgId: string;
  readonly userArn: string;
  readonly userId: string;
}

export interface IamAuthorizationOptions {
  readonly access: Access;
  readonly trace: Trace;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** "A request must reach AWS within five minutes of the time stamp" (AWS: "Signature Version 4 signing process"). */
const clockSkewMs = 5 * 60_000;

/**
 * Authorizes requests as an HTTP API does. The local developer or a function of the stack must have signed the request,
 * and the function's role must allow `execute-api:Invoke` on the resource. Signatures in the query string are not
 * supported.
 */
export const iamAuthorization =
  ({ access, trace, now }: IamAuthorizationOptions): Authorize =>
  (request, body, resource) => {
    const signature = readSignature(request, now());
    const secret = signature && access.secretOf(signature.accessKeyId);
    if (signature === undefined || secret === undefined) return undefined;
    const [path = '', query = ''] = splitOnce(request.url ?? '', '?');
    const signed = {
      method: request.method ?? '',
      path: path.split('/').map(encode).join('/'),
      query: decodeQuery(query),
      headers: request.headers,
      bodyHash: sha256(body),
    };
    if (!isSignatureOf(signed, signature, secret)) return undefined;
    const caller = access.callerByKey(signature.accessKeyId, request.headers['x-amz-security-token']);
    const action = 'execute-api:Invoke';
    trace({ ...describeCall(caller, { service: 'execute-api', action, resource }), phase: 'request' });
    return access.check(caller, action, resource) === undefined
      ? identityOf(caller, signature.accessKeyId)
      : undefined;
  };

function readSignature({ headers }: IncomingMessage, now: number): Signature | undefined {
  const [, credential = '', names = '', value = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const [accessKeyId = '', scope = ''] = splitOnce(credential, '/');
  const date = String(headers['x-amz-date'] ?? '');
  const isInTime = Math.abs(parseDate(date) - now) <= clockSkewMs;
  const isScope = scope === `${date.slice(0, 8)}/${account.region}/execute-api/aws4_request`;
  const signedHeaders = names.split(';');
  const isComplete = signedHeaders.includes('host') && signedHeaders.includes('x-amz-date');
  return isInTime && isScope && isComplete ? { accessKeyId, scope, date, signedHeaders, value } : undefined;
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decodeQuery(query: string): readonly (readonly [string, string])[] {
  const pairs = query.split('&').filter((pair) => pair !== '');
  return pairs.map((pair) => {
    const [name = '', value = ''] = splitOnce(pair, '=');
    return [decode(name), decode(value)];
  });
}

function identityOf(caller: Caller, accessKey: string): IamIdentity {
  const isFunction = caller.kind === 'function';
  const id = isFunction ? `AROALOCAL${caller.role.name}:${caller.functionName}` : 'AIDALOCALDEVELOPER';
  return {
    accessKey,
    accountId: account.id,
    callerId: id,
    cognitoIdentity: null,
    principalOrgId: 'aws:PrincipalOrgID',
    userArn: isFunction
      ? localArn('sts', `assumed-role/${caller.role.name}/${caller.functionName}`)
      : localArn('iam', 'user/developer'),
    userId: id,
  };
}
