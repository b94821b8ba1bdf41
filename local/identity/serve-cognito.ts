import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http-server.ts';
import { isObject, parseJson } from '../object.ts';
import type { Issuer } from './issuer.ts';
import { type PoolUser, type PoolUsers, refusalOf } from './pool-users.ts';
import type { IdentityOptions } from './serve-identity.ts';
import type { UserPool } from './user-pool.ts';

const targetPrefix = 'AWSCognitoIdentityProviderService.';

/** The default validity of Cognito's ID tokens. */
const tokenSeconds = 60 * 60;
/** The default validity of Cognito's refresh tokens. */
const refreshSeconds = 30 * 24 * 60 * 60;
/** The default time to answer a challenge. */
const challengeSeconds = 3 * 60;

/** Returns whether this request is an SDK's call to Cognito user pools. */
export function isCognito({ headers }: IncomingMessage): boolean {
  return String(headers['x-amz-target'] ?? '').startsWith(targetPrefix);
}

type Json = Readonly<Record<string, unknown>>;

/** An error of Cognito. */
class CognitoError extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** The context of an operation. */
interface Pool {
  readonly issuer: Issuer;
  readonly pool: UserPool;
  readonly users: PoolUsers;
  readonly log: (line: string) => void;
}

const badPassword = () => new CognitoError('NotAuthorizedException', 'Incorrect username or password.');

async function tokensOf({ issuer, pool }: Pool, user: PoolUser): Promise<Json> {
  const IdToken = await issuer.sign(user, { expiresInSeconds: tokenSeconds });
  const claims = { token_use: 'access', client_id: pool.clientId, aud: undefined, email: undefined };
  const AccessToken = await issuer.sign(user, { expiresInSeconds: tokenSeconds, claims });
  return { AccessToken, IdToken, ExpiresIn: tokenSeconds, TokenType: 'Bearer' };
}

/** Returns the claims of tokens for Cognito itself. Without `aud`, the chat does not accept these as ID tokens. */
const internalClaims = (use: string) => ({
  ...{ token_use: use, jti: randomUUID() },
  ...{ aud: undefined, email: undefined },
});

/** Signs a refresh token. It names its user, so that it is still valid after a restart of the local stack. */
const refreshTokenOf = ({ issuer }: Pool, user: PoolUser): Promise<string> =>
  issuer.sign(user, {
    expiresInSeconds: refreshSeconds,
    claims: internalClaims('refresh'),
  });

/** Returns the user and the id of a token with this `token_use`. Undefined if the token is invalid or expired. */
async function userOf({ issuer, users }: Pool, token: unknown, use: string) {
  const claims = await issuer.verify(String(token));
  const user = claims?.['token_use'] === use ? users.find(claims['cognito:username']) : undefined;
  return user && { user, id: String(claims?.['jti']) };
}

async function signedIn(pool: Pool, user: PoolUser): Promise<Json> {
  const RefreshToken = await refreshTokenOf(pool, user);
  return {
    AuthenticationResult: { ...(await tokensOf(pool, user)), RefreshToken },
    ChallengeParameters: {},
  };
}

async function refresh(pool: Pool, token: unknown): Promise<Json> {
  const found = await userOf(pool, token, 'refresh');
  if (!found) throw new CognitoError('NotAuthorizedException', 'Invalid Refresh Token');
  if (pool.users.revoked.has(found.id)) {
    throw new CognitoError('NotAuthorizedException', 'Refresh Token has been revoked');
  }
  return { AuthenticationResult: await tokensOf(pool, found.user), ChallengeParameters: {} };
}

/** Sets a password. @throws CognitoError InvalidPasswordException */
function setPassword({ pool }: Pool, user: PoolUser, password: unknown): void {
  const refusal = refusalOf(String(password), pool.policy);
  if (refusal !== undefined) throw new CognitoError('InvalidPasswordException', refusal);
  user.password = String(password);
  user.status = 'CONFIRMED';
}

async function initiateAuth(pool: Pool, { AuthFlow, AuthParameters }: Json): Promise<Json> {
  const flow = `ALLOW_${AuthFlow}`;
  if (!/^(USER_PASSWORD|REFRESH_TOKEN)_AUTH$/.test(String(AuthFlow)) || !pool.pool.flows.includes(flow)) {
    const message = `${AuthFlow} flow not enabled for this client`;
    throw new CognitoError('InvalidParameterException', message);
  }
  const { USERNAME, PASSWORD, REFRESH_TOKEN } = isObject(AuthParameters) ? AuthParameters : {};
  if (AuthFlow === 'REFRESH_TOKEN_AUTH') return refresh(pool, REFRESH_TOKEN);
  const user = pool.users.find(USERNAME);
  if (user === undefined || PASSWORD !== user.password) throw badPassword();
  if (user.status === 'CONFIRMED') return signedIn(pool, user);
  const missing = pool.pool.requiredAttributes.filter((name) => !user.attributes.has(name));
  return {
    ChallengeName: 'NEW_PASSWORD_REQUIRED',
    Session: await pool.issuer.sign(user, {
      expiresInSeconds: challengeSeconds,
      claims: internalClaims('challenge'),
    }),
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      requiredAttributes: JSON.stringify(missing.map((name) => `userAttributes.${name}`)),
      userAttributes: JSON.stringify(Object.fromEntries(user.attributes)),
    },
  };
}

async function respondToChallenge(pool: Pool, input: Json): Promise<Json> {
  const { ChallengeName, Session, ChallengeResponses } = input;
  const { USERNAME, NEW_PASSWORD, ...more } = isObject(ChallengeResponses) ? ChallengeResponses : {};
  const found = await userOf(pool, Session, 'challenge');
  if (ChallengeName !== 'NEW_PASSWORD_REQUIRED' || !found || pool.users.find(USERNAME) !== found.user) {
    const message = 'Invalid session for the user, session is expired.';
    throw new CognitoError('NotAuthorizedException', message);
  }
  const { user, id } = found;
  if (pool.users.revoked.has(id)) {
    throw new CognitoError('NotAuthorizedException', 'Invalid session for the user.');
  }
  const attributes = Object.entries(more).map(([name, value]) => [name.split('.')[1] ?? '', String(value)]);
  for (const name of pool.pool.requiredAttributes) {
    if (user.attributes.has(name) || attributes.some(([each]) => each === name)) continue;
    throw new CognitoError('InvalidParameterException', `Invalid attributes given, ${name} is missing`);
  }
  setPassword(pool, user, NEW_PASSWORD);
  for (const [name = '', value = ''] of attributes) user.attributes.set(name, value);
  pool.users.revoked.add(id);
  return signedIn(pool, user);
}

async function revokeToken(pool: Pool, { Token }: Json): Promise<Json> {
  const found = await userOf(pool, Token, 'refresh');
  if (!found) throw new CognitoError('UnsupportedTokenTypeException', 'Unsupported token type');
  pool.users.revoked.add(found.id);
  return {};
}

const delivery = (destination: string) => ({
  CodeDeliveryDetails: {
    AttributeName: 'email',
    DeliveryMedium: 'EMAIL',
    Destination: destination.replace(/^(.).*@(.).*$/, '$1***@$2***'),
  },
});

/** Writes the code to the log, in place of the e-mail. */
async function forgotPassword({ pool, users, log }: Pool, { Username }: Json): Promise<Json> {
  if (!pool.sendsCodes) {
    throw new CognitoError('NotAuthorizedException', 'Contact administrator to reset password.');
  }
  const user = users.find(Username);
  if (user && user.status !== 'CONFIRMED') {
    const message = 'User password cannot be reset in the current state.';
    throw new CognitoError('NotAuthorizedException', message);
  }
  // The template's client hides which users exist and which have a verified address.
  if (!user?.email) return delivery('x@example.com');
  log(`E-mail to ${user.email}: the code for a new password is ${users.makeCode(user, Date.now())}`);
  return delivery(user.email);
}

async function confirmForgotPassword(pool: Pool, input: Json): Promise<Json> {
  const { Username, ConfirmationCode, Password } = input;
  const user = pool.users.find(Username);
  const problem = user ? pool.users.useCode(user, ConfirmationCode, Date.now()) : 'CodeMismatchException';
  if (user === undefined || problem !== undefined) {
    throw new CognitoError(String(problem), 'Invalid verification code provided, please try again.');
  }
  setPassword(pool, user, Password);
  return {};
}

/** Creates a user. AWS requires IAM credentials for this call; the local stack accepts any. */
async function adminCreateUser(pool: Pool, input: Json): Promise<Json> {
  const { UserPoolId, Username, TemporaryPassword, UserAttributes } = input;
  if (UserPoolId !== pool.pool.id) {
    throw new CognitoError('ResourceNotFoundException', `User pool ${UserPoolId} does not exist.`);
  }
  const given = Array.isArray(UserAttributes) ? UserAttributes.filter(isObject) : [];
  const attributes = new Map(given.map(({ Name, Value }) => [String(Name), String(Value)]));
  const refusal = refusalOf(String(TemporaryPassword), pool.pool.policy);
  if (refusal !== undefined) throw new CognitoError('InvalidPasswordException', refusal);
  const user = pool.users.create(String(Username), String(TemporaryPassword), attributes);
  if (!user) throw new CognitoError('UsernameExistsException', 'User account already exists');
  return { User: { Username: user.username, UserStatus: user.status, Enabled: true } };
}

/** The operations that name an app client. */
const operations: Readonly<Record<string, (pool: Pool, input: Json) => Promise<Json>>> = {
  InitiateAuth: initiateAuth,
  RespondToAuthChallenge: respondToChallenge,
  GetTokensFromRefreshToken: (pool, { RefreshToken }) => refresh(pool, RefreshToken),
  RevokeToken: revokeToken,
  ForgotPassword: forgotPassword,
  ConfirmForgotPassword: confirmForgotPassword,
};

async function perform(operation: string, input: Json, identity: IdentityOptions): Promise<Json> {
  const { issuer, pool, poolUsers: users, log = () => {} } = identity;
  const isAdmin = operation === 'AdminCreateUser';
  const run = isAdmin ? adminCreateUser : Object.hasOwn(operations, operation) && operations[operation];
  if (!run) {
    const supported = [...Object.keys(operations), 'AdminCreateUser'].join(', ');
    throw new CognitoError('UnknownOperationException', `The local stack supports ${supported} only`);
  }
  if (!pool || !users || (!isAdmin && input['ClientId'] !== pool.clientId)) {
    const message = `User pool client ${String(input['ClientId'])} does not exist.`;
    throw new CognitoError('ResourceNotFoundException', message);
  }
  return run({ issuer, pool, users, log }, input);
}

/**
 * Handles Cognito's operations for sign-in, which are unsigned calls on AWS too, and AdminCreateUser. The package
 * cognito-local supports more, but depends on the AWS SDK v2 and a web framework.
 */
export async function serveCognito(
  request: IncomingMessage,
  response: ServerResponse,
  identity: IdentityOptions,
): Promise<void> {
  const operation = String(request.headers['x-amz-target']).slice(targetPrefix.length);
  const input = parseJson((await readBody(request)).toString());
  const headers = { 'Content-Type': 'application/x-amz-json-1.1' };
  try {
    // Only browsers send an Origin, and no web page may sign in here.
    if (request.headers.origin !== undefined) {
      throw new CognitoError('ForbiddenException', 'Sign-in is for this machine only');
    }
    const result = await perform(operation, isObject(input) ? input : {}, identity);
    response.writeHead(200, headers).end(JSON.stringify(result));
  } catch (error) {
    if (!(error instanceof CognitoError)) throw error;
    response.writeHead(400, { ...headers, 'x-amzn-ErrorType': error.name });
    response.end(JSON.stringify({ __type: error.name, message: error.message }));
  }
}
