import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http-server.ts';
import { isObject } from '../object.ts';
import type { IdentityOptions } from './serve-identity.ts';

const prefix = 'AWSCognitoIdentityProviderService.';

/** AWS: the validity of an ID token where the app client sets none. */
const tokenSeconds = 60 * 60;

/** A call of the SDK to Cognito user pools. */
export function isCognito({ headers }: IncomingMessage): boolean {
  return String(headers['x-amz-target'] ?? '').startsWith(prefix);
}

interface Refusal {
  readonly type: string;
  readonly message: string;
}

/**
 * Serves InitiateAuth with USER_PASSWORD_AUTH, which needs no signature on AWS either. A local user's password is their
 * name. There is cognito-local for more, at the price of the whole AWS SDK v2 and a web framework.
 */
export async function serveCognito(
  request: IncomingMessage,
  response: ServerResponse,
  identity: IdentityOptions,
): Promise<void> {
  const operation = String(request.headers['x-amz-target']).slice(prefix.length);
  const body = await readBody(request);
  // A browser asks with an Origin, and a page of the web has no business here.
  if (request.headers.origin !== undefined) return refuse(response, forbidden);
  if (operation !== 'InitiateAuth') return refuse(response, unknownOperation);
  const outcome = await initiateAuth(parsed(body), identity);
  if ('type' in outcome) return refuse(response, outcome);
  response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(outcome));
}

const forbidden: Refusal = { type: 'ForbiddenException', message: 'Sign-in is for this machine only' };
const unknownOperation: Refusal = {
  type: 'UnknownOperationException',
  message: 'The local stack knows InitiateAuth only',
};
const wrongPassword: Refusal = {
  type: 'NotAuthorizedException',
  message: 'Incorrect username or password.',
};
const noFlow: Refusal = {
  type: 'InvalidParameterException',
  message: 'USER_PASSWORD_AUTH flow not enabled for this client',
};

async function initiateAuth(
  input: Readonly<Record<string, unknown>>,
  { issuer, users, pool }: IdentityOptions,
): Promise<Refusal | object> {
  const { AuthFlow, ClientId, AuthParameters } = input;
  if (!pool || ClientId !== pool.clientId) {
    return {
      type: 'ResourceNotFoundException',
      message: `User pool client ${String(ClientId)} does not exist.`,
    };
  }
  if (AuthFlow !== 'USER_PASSWORD_AUTH' || !pool.flows.includes('ALLOW_USER_PASSWORD_AUTH')) return noFlow;
  const { USERNAME, PASSWORD } = isObject(AuthParameters) ? AuthParameters : {};
  // AWS: names are compared without case where the pool says so, as ours does.
  const user = users.find(({ username }) => username === String(USERNAME).toLowerCase());
  if (user === undefined || PASSWORD !== user.username) return wrongPassword;
  const IdToken = await issuer.sign(user, { expiresInSeconds: tokenSeconds });
  const claims = { token_use: 'access', client_id: pool.clientId, aud: undefined, email: undefined };
  const AccessToken = await issuer.sign(user, { expiresInSeconds: tokenSeconds, claims });
  return {
    AuthenticationResult: { AccessToken, IdToken, ExpiresIn: tokenSeconds, TokenType: 'Bearer' },
    ChallengeParameters: {},
  };
}

function parsed(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const input: unknown = JSON.parse(body.toString('utf8'));
    return isObject(input) ? input : {};
  } catch {
    return {};
  }
}

function refuse(response: ServerResponse, { type, message }: Refusal): void {
  response.writeHead(400, { 'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-ErrorType': type });
  response.end(JSON.stringify({ __type: type, message }));
}
