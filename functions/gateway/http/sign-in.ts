import { ChatError } from '../../domain/errors.ts';
import { HttpError } from './http-error.ts';

/** AWS: InitiateAuth, errors. A name that Cognito cannot even read is a name that nobody has. */
const wrong = new Set(['NotAuthorizedException', 'UserNotFoundException', 'InvalidParameterException']);
const unfinished = new Set(['PasswordResetRequiredException', 'UserNotConfirmedException']);
const tooFast = new Set(['TooManyRequestsException', 'LimitExceededException']);

function refusalOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (wrong.has(error.name)) return new HttpError('WRONG_PASSWORD');
  if (unfinished.has(error.name)) return new HttpError('PASSWORD_CHANGE_REQUIRED');
  if (tooFast.has(error.name)) return new ChatError('RATE_LIMITED', 'Too many sign-ins: wait a moment');
  return error;
}

/** Signs in to the user pool of an app client; resolves to the ID token, which names its user. */
export function cognitoSignIn(clientId: string) {
  return async (username: string, password: string): Promise<string> => {
    const { idToken } = await import('./cognito.ts');
    const token = await idToken(clientId, username, password).catch((error: unknown) => {
      throw refusalOf(error);
    });
    // A user whom an administrator made has a password for the first sign-in only (AWS: NEW_PASSWORD_REQUIRED).
    if (token === undefined) throw new HttpError('PASSWORD_CHANGE_REQUIRED');
    return token;
  };
}
