import {
  CodeDeliveryFailureException,
  CodeMismatchException,
  CognitoIdentityProviderClient,
  ConfirmForgotPasswordCommand,
  ExpiredCodeException,
  ForgotPasswordCommand,
  GetTokensFromRefreshTokenCommand,
  InitiateAuthCommand,
  InternalErrorException,
  InvalidParameterException,
  InvalidPasswordException,
  LimitExceededException,
  NotAuthorizedException,
  PasswordResetRequiredException,
  RefreshTokenReuseException,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
  TooManyRequestsException,
  UserNotConfirmedException,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { HttpError } from '../../../../functions/gateway/http/http-error.ts';
import { breaksPolicy } from '../../../../functions/gateway/http/login-options.ts';
import { cognitoLogin } from '../../../../functions/gateway/http/password-login.ts';
import { mockHttpApp, mockPasswordLogin } from '../../../support/http-app.ts';

vi.stubEnv('AWS_REGION', 'us-east-1');
const cognito = mockClient(CognitoIdentityProviderClient);
const users = cognitoLogin('client-1');

beforeEach(() => cognito.reset());

const options = { message: 'from AWS', $metadata: {} };
const inputs = () => cognito.calls().map(({ args }) => args[0].input);

describe('with Cognito', () => {
  test('signing in returns an ID token and a refresh token', async () => {
    cognito
      .on(InitiateAuthCommand)
      .resolves({ AuthenticationResult: { IdToken: 'id', AccessToken: 'access', RefreshToken: 'refresh' } });
    expect(await users.signIn('alice', 'password')).toEqual({ token: 'id', refreshToken: 'refresh' });
    expect(inputs()).toEqual([
      {
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: 'client-1',
        AuthParameters: { USERNAME: 'alice', PASSWORD: 'password' },
      },
    ]);
  });

  test.each([
    [new NotAuthorizedException(options), { status: 401, code: 'WRONG_PASSWORD' }],
    [new UserNotFoundException(options), { status: 401, code: 'WRONG_PASSWORD' }],
    [new PasswordResetRequiredException(options), { status: 403, code: 'PASSWORD_RESET_REQUIRED' }],
    [new UserNotConfirmedException(options), { status: 403, code: 'ACCOUNT_NOT_CONFIRMED' }],
    [new TooManyRequestsException(options), { code: 'RATE_LIMITED' }],
    [new InternalErrorException(options), { name: 'InternalErrorException' }],
  ])('signing in reports %s as %o', async (error, expected) => {
    cognito.on(InitiateAuthCommand).rejects(error);
    await expect(users.signIn('alice', 'password')).rejects.toMatchObject(expected);
  });

  test('signing in with a temporary password returns a challenge, which a new password answers', async () => {
    cognito.on(InitiateAuthCommand).resolves({
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: 's',
      ChallengeParameters: {
        USER_ID_FOR_SRP: 'alice',
        requiredAttributes: '["userAttributes.email"]',
        userAttributes: '{}',
      },
    });
    expect(await users.signIn('alice@example.com', 'temporary')).toEqual({
      username: 'alice',
      session: 's',
      attributes: ['email'],
    });
    cognito
      .on(RespondToAuthChallengeCommand)
      .resolves({ AuthenticationResult: { IdToken: 'id', RefreshToken: 'refresh' } });
    const challenge = { session: 's', attributes: { email: 'alice@example.com' } };
    expect(await users.choosePassword('alice', challenge, 'new')).toEqual({
      token: 'id',
      refreshToken: 'refresh',
    });
    expect(inputs()[1]).toEqual({
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      ClientId: 'client-1',
      Session: 's',
      ChallengeResponses: {
        USERNAME: 'alice',
        NEW_PASSWORD: 'new',
        'userAttributes.email': 'alice@example.com',
      },
    });
  });

  test.each([
    [new NotAuthorizedException(options), 'SESSION_ENDED'],
    [new InvalidPasswordException(options), 'PASSWORD_REFUSED'],
  ])('replacing a temporary password reports %s as %s', async (error, code) => {
    cognito.on(RespondToAuthChallengeCommand).rejects(error);
    const challenge = { session: 's', attributes: {} };
    await expect(users.choosePassword('alice', challenge, 'new')).rejects.toMatchObject({ code });
  });

  test('a value that the user pool refuses is not called malformed JSON', async () => {
    cognito.on(RespondToAuthChallengeCommand).rejects(new InvalidParameterException(options));
    const challenge = { session: 's', attributes: { birthdate: 'yesterday' } };
    await expect(users.choosePassword('alice', challenge, 'new')).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'Request not read: it is malformed. See openapi.json.',
    });
  });

  test('the error for a refused password contains the rule of the user pool', async () => {
    const message = 'Password did not conform with policy: Password must have numeric characters';
    cognito.on(ConfirmForgotPasswordCommand).rejects(new InvalidPasswordException({ ...options, message }));
    await expect(users.resetPassword('alice', '1', 'new')).rejects.toMatchObject({
      code: 'PASSWORD_REFUSED',
      message: 'Password not changed: password must have numeric characters. Choose another one.',
    });
  });

  test('signing in reports a second factor as CHALLENGE_NOT_SUPPORTED', async () => {
    cognito.on(InitiateAuthCommand).resolves({ ChallengeName: 'SOFTWARE_TOKEN_MFA', Session: 's' });
    await expect(users.signIn('alice', 'password')).rejects.toMatchObject({
      code: 'CHALLENGE_NOT_SUPPORTED',
    });
  });

  test('refreshing returns a new refresh token only if the user pool rotates them', async () => {
    cognito
      .on(GetTokensFromRefreshTokenCommand)
      .resolvesOnce({ AuthenticationResult: { IdToken: 'id' } })
      .resolves({ AuthenticationResult: { IdToken: 'id', RefreshToken: 'next' } });
    expect(await users.refresh('refresh')).toEqual({ token: 'id', refreshToken: undefined });
    expect(await users.refresh('refresh')).toEqual({ token: 'id', refreshToken: 'next' });
    expect(inputs()[0]).toEqual({ ClientId: 'client-1', RefreshToken: 'refresh' });
  });

  test.each([new NotAuthorizedException(options), new RefreshTokenReuseException(options)])(
    'refreshing reports %s as SESSION_ENDED',
    async (error) => {
      cognito.on(GetTokensFromRefreshTokenCommand).rejects(error);
      await expect(users.refresh('r')).rejects.toMatchObject({ code: 'SESSION_ENDED' });
    },
  );

  test('signing out revokes the refresh token', async () => {
    cognito.on(RevokeTokenCommand).resolves({});
    await users.revoke('refresh');
    expect(inputs()).toEqual([{ ClientId: 'client-1', Token: 'refresh' }]);
  });

  test.each([
    new UserNotFoundException(options),
    new InvalidParameterException(options),
    new NotAuthorizedException(options),
    new LimitExceededException(options),
    new CodeDeliveryFailureException(options),
  ])('requesting a code succeeds despite %s, so callers do not learn which users exist', async (error) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    cognito.on(ForgotPasswordCommand).rejects(error);
    await expect(users.sendCode('eve')).resolves.toBeUndefined();
    // Only a fault of the team's e-mail settings is logged.
    expect(log).toHaveBeenCalledTimes(error instanceof CodeDeliveryFailureException ? 1 : 0);
    log.mockRestore();
  });

  test.each([
    new CodeMismatchException(options),
    new ExpiredCodeException(options),
    new UserNotFoundException(options),
    new NotAuthorizedException(options),
    new LimitExceededException(options),
  ])('resetting a password reports %s as WRONG_CODE', async (error) => {
    cognito.on(ConfirmForgotPasswordCommand).rejects(error);
    await expect(users.resetPassword('alice', '1', 'new')).rejects.toMatchObject({ code: 'WRONG_CODE' });
  });
});

describe('the routes', () => {
  const policy = { min_length: 12, characters: ['lowercase', 'digit'] as const };
  const loginOptions = {
    password: { reset: true, policy: { ...policy, characters: [...policy.characters] } },
    oidc: null,
  };
  const choice = { username: 'alice', session: 's', password: 'long enough 1' };
  const reset = { username: 'alice', code: ' 123456 ', password: 'long enough 1' };

  /** The number of writes that count an attempt or take it back. */
  const writesOf = ({ dynamodb }: ReturnType<typeof mockHttpApp>) =>
    dynamodb.commandCalls(UpdateItemCommand).length;

  test('GET /login/ returns how users sign in', async () => {
    const response = await mockHttpApp({ loginOptions }).ask('GET /login/', undefined, { Authorization: '' });
    expect(await response.json()).toEqual(loginOptions);
  });

  test('signing in answers with a refresh token', async () => {
    const response = await mockHttpApp().ask('POST /login/', { username: 'alice', password: 'x' });
    expect(await response.json()).toMatchObject({ token: 'good', refresh_token: 'refresh' });
  });

  test('signing in with a temporary password answers 403 with the challenge, and does not count as an attempt', async () => {
    const passwordLogin = {
      ...mockPasswordLogin,
      signIn: async () => ({ username: 'alice', session: 's', attributes: ['email'] }),
    };
    const app = mockHttpApp({ passwordLogin });
    const response = await app.ask('POST /login/', { username: 'alice', password: 'temporary' });
    expect([response.status, response.headers.getSetCookie()]).toEqual([403, []]);
    expect(await response.json()).toMatchObject({
      error: 'PASSWORD_CHANGE_REQUIRED',
      username: 'alice',
      session: 's',
      attributes: ['email'],
    });
    expect(writesOf(app)).toBe(4);
  });

  test('a refresh sets the cookie again, and is counted by address only, because it names no user', async () => {
    const app = mockHttpApp();
    const response = await app.ask('POST /login/refresh/', { refresh_token: 'refresh' });
    expect(await response.json()).toMatchObject({ token: 'good', user: { username: 'alice' } });
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^sessionid=good;/)]);
    expect(writesOf(app)).toBe(2);
  });

  test.each([
    ['POST /login/password/', { ...choice, password: 'short 1' }, 'PASSWORD_REFUSED'],
    ['POST /password/', { ...reset, password: 'has no digits' }, 'PASSWORD_REFUSED'],
    ['POST /login/refresh/', { refresh_token: 'has spaces' }, 'BAD_REQUEST'],
  ])('%s refuses %o before it counts an attempt', async (line, body, error) => {
    const app = mockHttpApp({ loginOptions });
    const response = await app.ask(line, body);
    expect([response.status, await response.json()]).toMatchObject([400, { error }]);
    expect(writesOf(app)).toBe(0);
  });

  test.each([
    ['POST /login/password/', choice, 'choosePassword', 2],
    ['POST /login/refresh/', { refresh_token: 'r' }, 'refresh', 1],
    ['POST /password/', reset, 'resetPassword', 2],
  ] as const)('%s takes its attempt back only if it succeeds', async (line, body, method, writes) => {
    const refuse = async () => {
      throw new HttpError('SESSION_ENDED');
    };
    const app = mockHttpApp({ passwordLogin: { ...mockPasswordLogin, [method]: refuse } });
    expect((await app.ask(line, body)).status).toBe(401);
    expect(writesOf(app)).toBe(writes);
    const good = mockHttpApp();
    expect((await good.ask(line, body)).ok).toBe(true);
    expect(writesOf(good)).toBe(2 * writes);
  });

  test.each([
    ['POST /login/password/', choice],
    ['POST /login/refresh/', { refresh_token: 'r' }],
    ['POST /logout/', { refresh_token: 'r' }],
    ['POST /password/code/', { username: 'alice' }],
    ['POST /password/', reset],
  ])('%s is throttled before it reaches the user pool', async (line, body) => {
    const reached = vi.fn(async () => ({ token: 'good' }));
    const methods = Object.keys(mockPasswordLogin).map((name) => [name, reached]);
    const app = mockHttpApp({ passwordLogin: Object.fromEntries(methods), loginOptions });
    const failure = Object.assign(new Error('full'), { name: 'ConditionalCheckFailedException' });
    app.dynamodb.on(UpdateItemCommand).rejects(failure);
    const response = await app.ask(line, body);
    expect([response.status, await response.json()]).toMatchObject([429, { error: 'RATE_LIMITED' }]);
    expect(reached).not.toHaveBeenCalled();
  });

  test('requesting a code stays counted, because each code is an e-mail', async () => {
    const app = mockHttpApp({ loginOptions });
    expect((await app.ask('POST /password/code/', { username: 'alice' })).status).toBe(204);
    expect(writesOf(app)).toBe(2);
  });

  test('refuses to send a code if the user pool does not allow it', async () => {
    const sendCode = vi.fn(async () => {});
    const app = mockHttpApp({
      passwordLogin: { ...mockPasswordLogin, sendCode },
      loginOptions: { password: { reset: false, policy: null }, oidc: null },
    });
    const response = await app.ask('POST /password/code/', { username: 'alice' });
    expect([response.status, await response.json()]).toMatchObject([403, { error: 'NO_PASSWORD_RESET' }]);
    expect(sendCode).not.toHaveBeenCalled();
  });

  test('ignores spaces around a code', async () => {
    const resetPassword = vi.fn(async () => {});
    await mockHttpApp({ passwordLogin: { ...mockPasswordLogin, resetPassword } }).ask(
      'POST /password/',
      reset,
    );
    expect(resetPassword).toHaveBeenCalledWith('alice', '123456', 'long enough 1');
  });

  test('signing out clears the cookie even if revoking the refresh token fails', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const revoke = async () => {
      throw new Error('no network');
    };
    const { ask } = mockHttpApp({ passwordLogin: { ...mockPasswordLogin, revoke } });
    const response = await ask('POST /logout/', { refresh_token: 'refresh-1' });
    expect(response.status).toBe(204);
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^sessionid=;/)]);
    expect(JSON.stringify(log.mock.calls)).not.toContain('refresh-1');
    log.mockRestore();
  });
});

test.each([
  ['short1 a!', true],
  ['NO LOWERCASE 1', true],
  ['no digits at all', true],
  ['long enough 1', false],
  ['ausreichend lang ä٣', false],
])('the password %o breaks the rules: %o', (password, expected) => {
  expect(breaksPolicy(password, { min_length: 12, characters: ['lowercase', 'digit'] })).toBe(expected);
  expect(breaksPolicy(password, null)).toBe(false);
});
