import {
  AdminCreateUserCommand,
  CognitoIdentityProviderClient,
  ConfirmForgotPasswordCommand,
  ForgotPasswordCommand,
  GetTokensFromRefreshTokenCommand,
  InitiateAuthCommand,
  type InitiateAuthCommandInput,
  ListUsersCommand,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { JwtVerifier } from 'aws-jwt-verify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoUsers } from '../../bin/demo.ts';
import { PoolUsers } from '../../local/identity/pool-users.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let cognito: CognitoIdentityProviderClient;

beforeAll(async () => {
  stack = await startTestStack();
  cognito = new CognitoIdentityProviderClient({
    endpoint: stack.stack.servicesUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'developer', secretAccessKey: 'developer' },
  });
});

afterAll(async () => {
  cognito.destroy();
  await stack.stop();
});

const clientId = () => stack.stack.outputs['UserPoolClientId'] ?? '';

const signIn = (username: string, password: string, more: Partial<InitiateAuthCommandInput> = {}) =>
  cognito.send(
    new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: clientId(),
      AuthParameters: { USERNAME: username, PASSWORD: password },
      ...more,
    }),
  );

describe('the local user pool', () => {
  test('signs in a demo user whose password is the username, with the same claims as in Cognito’s ID tokens', async () => {
    const { AuthenticationResult } = await signIn('alice', 'alice');
    const { IdToken = '', ExpiresIn } = AuthenticationResult ?? {};
    expect(ExpiresIn).toBe(3600);
    const issuer = `${stack.stack.servicesUrl}/${stack.stack.outputs['UserPoolId']}`;
    const jwks = await (await fetch(`${issuer}/.well-known/jwks.json`)).json();
    const verifier = JwtVerifier.create({ issuer, audience: clientId(), jwksUri: `${issuer}/jwks` });
    verifier.cacheJwks(jwks as Parameters<typeof verifier.cacheJwks>[0]);
    const claims = await verifier.verify(IdToken);
    expect(claims).toMatchObject({
      sub: '1',
      token_use: 'id',
      'cognito:username': 'alice',
      email: 'alice@example.com',
      'custom:user_type': 'student',
    });
    expect(claims).not.toHaveProperty('preferred_username');
    expect(Number(claims.exp) - Number(claims.iat)).toBe(3600);
  });

  test('puts the same claims into the tokens of `npm run token`', async () => {
    const [, payload = ''] = (await stack.token('bob')).split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      iss: `${stack.stack.servicesUrl}/${stack.stack.outputs['UserPoolId']}`,
      aud: clientId(),
      token_use: 'id',
      'cognito:username': 'bob',
    });
  });

  test('compares usernames without case, like the pool of the template', async () => {
    expect((await signIn('ALICE', 'alice')).AuthenticationResult?.TokenType).toBe('Bearer');
  });

  test.each([
    ['a wrong password', () => signIn('alice', 'Alice'), 'NotAuthorizedException'],
    ['an unknown user', () => signIn('eve', 'eve'), 'NotAuthorizedException'],
    ['another client', () => signIn('alice', 'alice', { ClientId: 'x' }), 'ResourceNotFoundException'],
    [
      'a flow that the template’s client does not allow',
      () => signIn('alice', 'alice', { AuthFlow: 'CUSTOM_AUTH' }),
      'InvalidParameterException',
    ],
    [
      'another operation',
      () => cognito.send(new ListUsersCommand({ UserPoolId: 'us-east-1_x' })),
      'UnknownOperationException',
    ],
  ])('refuses %s with the exception of AWS', async (_what, call, name) => {
    await expect(call()).rejects.toMatchObject({ name });
  });

  test('refuses requests from web pages, which carry an Origin header', async () => {
    const response = await fetch(stack.stack.servicesUrl, {
      method: 'POST',
      headers: {
        'X-Amz-Target': 'AWSCognitoIdentityProviderService.InitiateAuth',
        Origin: 'http://evil.example',
      },
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'ForbiddenException' });
  });

  describe('refresh tokens', () => {
    const refreshTokenOf = async (name: string) =>
      (await signIn(name, name)).AuthenticationResult?.RefreshToken ?? '';
    const refresh = (RefreshToken: string) =>
      cognito.send(new GetTokensFromRefreshTokenCommand({ ClientId: clientId(), RefreshToken }));

    test('get further tokens of the same user, by both operations, without rotation', async () => {
      const token = await refreshTokenOf('bob');
      const byFlow = signIn('', '', {
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        AuthParameters: { REFRESH_TOKEN: token },
      });
      for (const { AuthenticationResult } of [await byFlow, await refresh(token)]) {
        const [, payload = ''] = (AuthenticationResult?.IdToken ?? '').split('.');
        expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ sub: '2' });
        expect(AuthenticationResult?.RefreshToken).toBeUndefined();
      }
    });

    test('end when they are revoked, and other refresh tokens stay valid', async () => {
      const [ended, other] = [await refreshTokenOf('bob'), await refreshTokenOf('bob')];
      await cognito.send(new RevokeTokenCommand({ ClientId: clientId(), Token: ended }));
      await expect(refresh(ended)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
      expect((await refresh(other)).AuthenticationResult?.IdToken).toBeDefined();
    });

    test('cannot be used as ID tokens, and ID tokens not as refresh tokens', async () => {
      const { AuthenticationResult } = await signIn('bob', 'bob');
      await expect(refresh(AuthenticationResult?.IdToken ?? '')).rejects.toMatchObject({
        name: 'NotAuthorizedException',
      });
      const headers = { Authorization: `Bearer ${AuthenticationResult?.RefreshToken}` };
      expect((await fetch(`${stack.stack.edgeUrl}/api/chats/`, { headers })).status).toBe(401);
    });
  });

  describe('a temporary password', () => {
    const create = (
      Username: string,
      UserAttributes = [{ Name: 'email', Value: `${Username}@example.com` }],
      TemporaryPassword = 'Temporary-pass-1',
    ) =>
      cognito.send(
        new AdminCreateUserCommand({
          UserPoolId: stack.stack.outputs['UserPoolId'],
          Username,
          TemporaryPassword,
          UserAttributes,
        }),
      );
    const choose = (Session: string | undefined, USERNAME: string, password: string, more = {}) =>
      cognito.send(
        new RespondToAuthChallengeCommand({
          ClientId: clientId(),
          ChallengeName: 'NEW_PASSWORD_REQUIRED',
          Session,
          ChallengeResponses: { USERNAME, NEW_PASSWORD: password, ...more },
        }),
      );

    test('signs in only to choose a password that follows the rules', async () => {
      await create('erin');
      const { ChallengeName, Session, AuthenticationResult } = await signIn('erin', 'Temporary-pass-1');
      expect([ChallengeName, AuthenticationResult]).toEqual(['NEW_PASSWORD_REQUIRED', undefined]);
      await expect(choose(Session, 'erin', 'no upper case 1!')).rejects.toMatchObject({
        name: 'InvalidPasswordException',
        message: 'Password did not conform with policy: Password must have uppercase characters',
      });
      expect((await choose(Session, 'erin', 'A-lasting-pass-1')).AuthenticationResult?.IdToken).toBeDefined();
      await expect(choose(Session, 'erin', 'A-lasting-pass-2')).rejects.toThrow(/session/i);
      expect((await signIn('erin', 'A-lasting-pass-1')).AuthenticationResult).toBeDefined();
      await expect(create('erin')).rejects.toMatchObject({ name: 'UsernameExistsException' });
    });

    test('asks for required attributes that the administrator left out', async () => {
      await create('frank', []);
      const { Session, ChallengeParameters } = await signIn('frank', 'Temporary-pass-1');
      expect(ChallengeParameters?.['requiredAttributes']).toBe('["userAttributes.email"]');
      await expect(choose(Session, 'frank', 'A-lasting-pass-1')).rejects.toThrow(/email is missing/);
      const more = { 'userAttributes.email': 'frank@example.com' };
      expect((await choose(Session, 'frank', 'A-lasting-pass-1', more)).AuthenticationResult).toBeDefined();
    });

    test('must follow the rules too', async () => {
      const creation = create('heidi', [], 'short');
      await expect(creation).rejects.toMatchObject({ name: 'InvalidPasswordException' });
    });

    test('cannot be replaced for another user', async () => {
      await create('ivan');
      const { Session } = await signIn('ivan', 'Temporary-pass-1');
      const choice = choose(Session, 'carol', 'A-lasting-pass-1');
      await expect(choice).rejects.toMatchObject({ name: 'NotAuthorizedException' });
    });

    test('cannot be reset with a code', async () => {
      await create('grace');
      const forgot = new ForgotPasswordCommand({ ClientId: clientId(), Username: 'grace' });
      await expect(cognito.send(forgot)).rejects.toThrow(
        'User password cannot be reset in the current state.',
      );
    });
  });

  describe('a forgotten password', () => {
    const forgot = (Username: string) =>
      cognito.send(new ForgotPasswordCommand({ ClientId: clientId(), Username }));
    const confirm = (ConfirmationCode: string) =>
      cognito.send(
        new ConfirmForgotPasswordCommand({
          ...{ ClientId: clientId(), Username: 'dave', Password: 'A-lasting-pass-1', ConfirmationCode },
        }),
      );

    test('of a user without a verified address is answered without a code', async () => {
      const mails = () => stack.lines.filter((line) => line.includes('E-mail'));
      const before = mails();
      // The administrator set the address of erin, and frank entered his own.
      for (const name of ['erin', 'frank']) {
        expect((await forgot(name)).CodeDeliveryDetails).toMatchObject({ DeliveryMedium: 'EMAIL' });
      }
      expect(mails()).toEqual(before);
    });

    test('is replaced with the code that the local stack prints, which works once', async () => {
      const { CodeDeliveryDetails } = await forgot('dave');
      expect(CodeDeliveryDetails).toMatchObject({ DeliveryMedium: 'EMAIL', Destination: 'd***@e***' });
      const [code = ''] = /\d{6}$/.exec(stack.lines.at(-1) ?? '') ?? [];
      expect(stack.lines.at(-1)).toContain('dave@example.com');
      const wrong = code === '000000' ? '000001' : '000000';
      await expect(confirm(wrong)).rejects.toMatchObject({ name: 'CodeMismatchException' });
      await confirm(code);
      await expect(confirm(code)).rejects.toMatchObject({ name: 'ExpiredCodeException' });
      await expect(signIn('dave', 'dave')).rejects.toMatchObject({ name: 'NotAuthorizedException' });
      expect((await signIn('dave', 'A-lasting-pass-1')).AuthenticationResult).toBeDefined();
    });

    test('is not replaced with a code that is older than an hour, or after five wrong codes', () => {
      const users = new PoolUsers(demoUsers);
      const [alice, bob] = [users.find('alice'), users.find('bob')];
      if (!alice || !bob) throw new Error('The demo users are missing.');
      const [late, guessed] = [users.makeCode(alice, 0), users.makeCode(bob, 0)];
      expect(users.useCode(alice, late, 3_600_001)).toBe('ExpiredCodeException');
      for (let count = 0; count < 5; count++) {
        expect(users.useCode(bob, 'wrong', 0)).toBe('CodeMismatchException');
      }
      expect(users.useCode(bob, guessed, 0)).toBe('LimitExceededException');
      expect(users.useCode(alice, late, 3_600_000)).toBeUndefined();
    });

    test('of an unknown user gets the same answer', async () => {
      expect(Object.keys((await forgot('nobody')).CodeDeliveryDetails ?? {})).toEqual(
        Object.keys((await forgot('carol')).CodeDeliveryDetails ?? {}),
      );
    });
  });
});
