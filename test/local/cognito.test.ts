import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  type InitiateAuthCommandInput,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { JwtVerifier } from 'aws-jwt-verify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
});
