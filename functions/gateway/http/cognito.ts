import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { once } from '../runtime.ts';

const cognito = once(() => new CognitoIdentityProviderClient({}));

/**
 * Asks the user pool of an app client for an ID token. It is the SDK's own client, in a file that is loaded when
 * somebody signs in and not before.
 * @returns undefined where the user has to choose a password first
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
