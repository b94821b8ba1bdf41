import {
  CognitoIdentityProviderClient,
  CognitoIdentityProviderServiceException,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { ChatError } from '../../domain/errors.ts';
import { once } from '../environment.ts';
import { HttpError } from './http-error.ts';

const cognito = once(() => new CognitoIdentityProviderClient({}));

/** AWS: InitiateAuth, errors. A name that Cognito cannot even read is a name that nobody has. */
const wrong = new Set(['NotAuthorizedException', 'UserNotFoundException', 'InvalidParameterException']);
const unfinished = new Set(['PasswordResetRequiredException', 'UserNotConfirmedException']);
const tooFast = new Set(['TooManyRequestsException', 'LimitExceededException']);

function refusalOf(error: unknown): unknown {
  if (!(error instanceof CognitoIdentityProviderServiceException)) return error;
  if (wrong.has(error.name)) return new HttpError('WRONG_PASSWORD');
  if (unfinished.has(error.name)) return new HttpError('PASSWORD_CHANGE_REQUIRED');
  if (tooFast.has(error.name)) return new ChatError('RATE_LIMITED', 'Too many sign-ins: wait a moment');
  return error;
}

/** Signs in to the user pool of an app client; resolves to the ID token, which names its user. */
export function cognitoSignIn(clientId: string) {
  return async (username: string, password: string): Promise<string> => {
    const command = new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: clientId,
      AuthParameters: { USERNAME: username, PASSWORD: password },
    });
    const answer = await cognito()
      .send(command)
      .catch((error: unknown) => {
        throw refusalOf(error);
      });
    const token = answer.AuthenticationResult?.IdToken;
    // A user whom an administrator made has a password for the first sign-in only (AWS: NEW_PASSWORD_REQUIRED).
    if (token === undefined) throw new HttpError('PASSWORD_CHANGE_REQUIRED');
    return token;
  };
}
