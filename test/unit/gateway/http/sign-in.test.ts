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

test('the ID token is the token, got by name and password for the app client', async () => {
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

const given = { message: 'from AWS', $metadata: {} };

test.each([
  [new NotAuthorizedException(given), { status: 401, code: 'WRONG_PASSWORD' }],
  [new UserNotFoundException(given), { status: 401, code: 'WRONG_PASSWORD' }],
  [new PasswordResetRequiredException(given), { status: 403, code: 'PASSWORD_CHANGE_REQUIRED' }],
  [new TooManyRequestsException(given), { code: 'RATE_LIMITED' }],
  [new InternalErrorException(given), { name: 'InternalErrorException' }],
])('%s is told as %o', async (error, told) => {
  cognito.on(InitiateAuthCommand).rejects(error);
  await expect(signIn('alice', 'password')).rejects.toMatchObject(told);
});

test('a password that is for the first sign-in only is refused with what to do', async () => {
  cognito.on(InitiateAuthCommand).resolves({ ChallengeName: 'NEW_PASSWORD_REQUIRED', Session: 's' });
  await expect(signIn('alice', 'password')).rejects.toMatchObject({ code: 'PASSWORD_CHANGE_REQUIRED' });
});
