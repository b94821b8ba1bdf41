import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { once } from '../runtime.ts';

const cognito = once(() => new CognitoIdentityProviderClient({}));

/**
 * Gets an ID token from the user pool of an app client, with the AWS SDK. This module is loaded on the first sign-in.
 * @returns undefined if the user must choose a password first
 * @throws the SDK's errors
 */
export async function idToken(
  clientId: string,
  username: string,
  password: string,
): Promise<string | undefined> {
  const command = new InitiateAuthCommand({
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: clientId,
    AuthParameters: { USERNAME: username, PASSWORD: password },
  });
  return (await cognito().send(command)).AuthenticationResult?.IdToken;
}
