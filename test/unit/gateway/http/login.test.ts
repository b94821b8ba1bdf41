import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  InternalErrorException,
  NotAuthorizedException,
  PasswordResetRequiredException,
  TooManyRequestsException,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test, vi } from 'vitest';
import { cognitoSignIn } from '../../../../functions/gateway/http/login.ts';

vi.stubEnv('AWS_REGION', 'us-east-1');
const cognito = mockClient(CognitoIdentityProviderClient);
const signIn = cognitoSignIn('client-1');

beforeEach(() => cognito.reset());

test('returns the ID token of the app client', async () => {
  cognito
    .on(InitiateAuthCommand)
    .resolves({ AuthenticationResult: { IdToken: 'id', AccessToken: 'access' } });
  expect(await signIn('alice', 'password')).toBe('id');
  expect(cognito.commandCalls(InitiateAuthCommand).map(({ args }) => args[0].input)).toEqual([
    {
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: 'client-1',
      AuthParameters: { USERNAME: 'alice', PASSWORD: 'password' },
    },
  ]);
});

const options = { message: 'from AWS', $metadata: {} };

test.each([
  [new NotAuthorizedException(options), { status: 401, code: 'WRONG_PASSWORD' }],
  [new UserNotFoundException(options), { status: 401, code: 'WRONG_PASSWORD' }],
  [new PasswordResetRequiredException(options), { status: 403, code: 'PASSWORD_CHANGE_REQUIRED' }],
  [new TooManyRequestsException(options), { code: 'RATE_LIMITED' }],
  [new InternalErrorException(options), { name: 'InternalErrorException' }],
])('reports %s as %o', async (error, expected) => {
  cognito.on(InitiateAuthCommand).rejects(error);
  await expect(signIn('alice', 'password')).rejects.toMatchObject(expected);
});

test('requires a password change after the first sign-in', async () => {
  cognito.on(InitiateAuthCommand).resolves({ ChallengeName: 'NEW_PASSWORD_REQUIRED', Session: 's' });
  await expect(signIn('alice', 'password')).rejects.toMatchObject({ code: 'PASSWORD_CHANGE_REQUIRED' });
});
