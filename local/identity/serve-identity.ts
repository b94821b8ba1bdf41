import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http-server.ts';
import { isObject, parseJson } from '../object.ts';
import type { Issuer, LocalUser } from './issuer.ts';
import type { UserPool } from './user-pool.ts';

export interface IdentityOptions {
  readonly issuer: Issuer;
  readonly users: readonly LocalUser[];
  /** The user pool that the issuer belongs to. Null or absent if the template has none. */
  readonly pool?: UserPool | null;
}

/** Serves the issuer's public documents, and `POST /token?user=alice`, which answers with a token as text. */
export async function serveIdentity(
  request: IncomingMessage,
  response: ServerResponse,
  { issuer, users }: IdentityOptions,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', issuer.url);
  const route = `${request.method} ${pathname}`;
  const base = `GET ${new URL(issuer.url).pathname.replace(/\/$/, '')}/.well-known`;
  if (route === `${base}/jwks.json`) return sendJson(response, issuer.jwks);
  if (route === `${base}/openid-configuration`) return sendJson(response, configurationOf(issuer));
  if (route !== 'POST /token') return sendText(response, 404, 'Not found');
  // The Host check stops DNS rebinding: a web page can resolve its own name to 127.0.0.1 but cannot forge the Host.
  if (!isLoopback(request.headers.host) || request.headers.origin !== undefined) {
    return sendText(response, 403, 'Tokens are available on this machine only');
  }
  const user = users.find(({ username }) => username === searchParams.get('user'));
  if (user === undefined) {
    const names = users.map(({ username }) => username).join(', ');
    return sendText(response, 404, `There is no such user. Use one of ${names}.`);
  }
  const seconds = Number(searchParams.get('expires') ?? Number.NaN);
  const options = Number.isInteger(seconds) ? { expiresInSeconds: seconds } : {};
  return sendText(response, 200, await issuer.sign(user, options));
}

function configurationOf({ url, jwksUri }: Issuer): object {
  return {
    issuer: url,
    jwks_uri: jwksUri,
    response_types_supported: ['token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  };
}

function isLoopback(host = ''): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function sendText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' }).end(body);
}

const targetPrefix = 'AWSCognitoIdentityProviderService.';

/** The default validity of Cognito's ID tokens. */
const tokenSeconds = 60 * 60;

/** Returns whether this request is an SDK's call to Cognito user pools. */
export function isCognito({ headers }: IncomingMessage): boolean {
  return String(headers['x-amz-target'] ?? '').startsWith(targetPrefix);
}

interface CognitoError {
  readonly type: string;
  readonly message: string;
}

/**
 * Handles Cognito's InitiateAuth with USER_PASSWORD_AUTH, an unsigned call on AWS too. A local user's password is the
 * username. The package cognito-local supports more calls, but depends on the AWS SDK v2 and a web framework.
 */
export async function serveCognito(
  request: IncomingMessage,
  response: ServerResponse,
  identity: IdentityOptions,
): Promise<void> {
  const operation = String(request.headers['x-amz-target']).slice(targetPrefix.length);
  const body = await readBody(request);
  // Only browsers send an Origin, and no web page may sign in here.
  if (request.headers.origin !== undefined) {
    return sendCognitoError(response, 'ForbiddenException', 'Sign-in is for this machine only');
  }
  if (operation !== 'InitiateAuth') {
    return sendCognitoError(
      response,
      'UnknownOperationException',
      'The local stack supports InitiateAuth only',
    );
  }
  const input = parseJson(body.toString());
  const result = await initiateAuth(isObject(input) ? input : {}, identity);
  if ('type' in result) return sendCognitoError(response, result.type, result.message);
  response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(result));
}

async function initiateAuth(
  { AuthFlow, ClientId, AuthParameters }: Readonly<Record<string, unknown>>,
  { issuer, users, pool }: IdentityOptions,
): Promise<CognitoError | object> {
  if (!pool || ClientId !== pool.clientId) {
    const message = `User pool client ${String(ClientId)} does not exist.`;
    return { type: 'ResourceNotFoundException', message };
  }
  if (AuthFlow !== 'USER_PASSWORD_AUTH' || !pool.flows.includes('ALLOW_USER_PASSWORD_AUTH')) {
    const message = 'USER_PASSWORD_AUTH flow not enabled for this client';
    return { type: 'InvalidParameterException', message };
  }
  const { USERNAME, PASSWORD } = isObject(AuthParameters) ? AuthParameters : {};
  // The user pool of the template compares usernames without case.
  const user = users.find(({ username }) => username === String(USERNAME).toLowerCase());
  if (user === undefined || PASSWORD !== user.username) {
    return { type: 'NotAuthorizedException', message: 'Incorrect username or password.' };
  }
  const IdToken = await issuer.sign(user, { expiresInSeconds: tokenSeconds });
  const claims = { token_use: 'access', client_id: pool.clientId, aud: undefined, email: undefined };
  const AccessToken = await issuer.sign(user, { expiresInSeconds: tokenSeconds, claims });
  return {
    AuthenticationResult: { AccessToken, IdToken, ExpiresIn: tokenSeconds, TokenType: 'Bearer' },
    ChallengeParameters: {},
  };
}

function sendCognitoError(response: ServerResponse, type: string, message: string): void {
  response.writeHead(400, { 'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-ErrorType': type });
  response.end(JSON.stringify({ __type: type, message }));
}
