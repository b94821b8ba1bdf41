import { ChatError } from '../../domain/errors.ts';
import { logFault } from '../runtime.ts';
import { HttpError } from './http-error.ts';

/** The tokens of a signed-in user. */
export interface Tokens {
  readonly token: string;
  /** Gets further tokens. Absent after a refresh, if the earlier refresh token stays valid. */
  readonly refreshToken?: string | undefined;
}

/** The account has a temporary password, which its user must replace. */
export interface PasswordChallenge {
  /** The user's name in the pool, even if the user signed in with another one, such as an e-mail address. */
  readonly username: string;
  /** Identifies this sign-in. Valid for a few minutes. */
  readonly session: string;
  /** The attributes that the user must supply with the new password, such as `email`. */
  readonly attributes: readonly string[];
}

/** Sign-in by password. */
export interface PasswordLogin {
  /** @throws HttpError WRONG_PASSWORD, PASSWORD_RESET_REQUIRED, ACCOUNT_NOT_CONFIRMED, CHALLENGE_NOT_SUPPORTED */
  signIn(username: string, password: string): Promise<Tokens | PasswordChallenge>;
  /** Replaces a temporary password and signs in. @throws HttpError SESSION_ENDED, PASSWORD_REFUSED */
  choosePassword(
    username: string,
    challenge: { readonly session: string; readonly attributes: Readonly<Record<string, string>> },
    password: string,
  ): Promise<Tokens>;
  /** @throws HttpError SESSION_ENDED */
  refresh(refreshToken: string): Promise<Tokens>;
  /** Ends the session of a refresh token. */
  revoke(refreshToken: string): Promise<void>;
  /** Sends a code for a new password. Also succeeds for a user who cannot get one, so that callers do not learn it. */
  sendCode(username: string): Promise<void>;
  /** @throws HttpError WRONG_CODE, PASSWORD_REFUSED */
  resetPassword(username: string, code: string, password: string): Promise<void>;
}

const TOO_MANY = 'Not signed in: there were too many attempts. Wait a moment.';

/** The errors that a call expects, by the name of the SDK's error. */
type Errors = Readonly<Record<string, (message: string) => Error>>;

/** Converts an error of the SDK. */
function convert(error: unknown, expected: Errors): unknown {
  const { name, message } = error instanceof Error ? error : new Error();
  const conversion = Object.hasOwn(expected, name) ? expected[name] : undefined;
  if (conversion) return conversion(message);
  return name === 'TooManyRequestsException' ? new ChatError('RATE_LIMITED', TOO_MANY) : error;
}

const http = (code: ConstructorParameters<typeof HttpError>[0]) => () => new HttpError(code);

const signInErrors = {
  NotAuthorizedException: http('WRONG_PASSWORD'),
  UserNotFoundException: http('WRONG_PASSWORD'),
  // Cognito's answer to a malformed user name.
  InvalidParameterException: http('WRONG_PASSWORD'),
  PasswordResetRequiredException: http('PASSWORD_RESET_REQUIRED'),
  UserNotConfirmedException: http('ACCOUNT_NOT_CONFIRMED'),
  LimitExceededException: () => new ChatError('RATE_LIMITED', TOO_MANY),
};

const refusedPassword = {
  // Cognito names the rule: "Password did not conform with policy: Password must have numeric characters".
  InvalidPasswordException: (message: string) => {
    const [, rule] = /policy: ([\w ]+)\.?$/.exec(message) ?? [];
    return new HttpError(
      'PASSWORD_REFUSED',
      rule && `Password not changed: ${rule.replace(/^P/, 'p')}. Choose another one.`,
    );
  },
  PasswordHistoryPolicyViolationException: http('PASSWORD_REFUSED'),
};

const challengeErrors = {
  ...refusedPassword,
  NotAuthorizedException: http('SESSION_ENDED'),
  CodeMismatchException: http('SESSION_ENDED'),
  ExpiredCodeException: http('SESSION_ENDED'),
  UserNotFoundException: http('SESSION_ENDED'),
  InvalidParameterException: http('BAD_REQUEST'),
};

const refreshErrors = {
  NotAuthorizedException: http('SESSION_ENDED'),
  RefreshTokenReuseException: http('SESSION_ENDED'),
  UserNotFoundException: http('SESSION_ENDED'),
  InvalidParameterException: http('SESSION_ENDED'),
};

/** These errors get the same answer, because some of them would reveal that a user exists. */
const resetErrors = {
  ...refusedPassword,
  CodeMismatchException: http('WRONG_CODE'),
  ExpiredCodeException: http('WRONG_CODE'),
  NotAuthorizedException: http('WRONG_CODE'),
  UserNotFoundException: http('WRONG_CODE'),
  UserNotConfirmedException: http('WRONG_CODE'),
  InvalidParameterException: http('WRONG_CODE'),
  LimitExceededException: http('WRONG_CODE'),
  TooManyFailedAttemptsException: http('WRONG_CODE'),
};

/** Cognito's errors for users who cannot get a code now. Callers must not learn which users exist. */
const noCode = new Set([
  'UserNotFoundException',
  'NotAuthorizedException',
  'InvalidParameterException',
  'LimitExceededException',
]);

interface AuthResult {
  readonly AuthenticationResult?:
    | { readonly IdToken?: string | undefined; readonly RefreshToken?: string | undefined }
    | undefined;
}

function tokensOf({ AuthenticationResult }: AuthResult): Tokens {
  const { IdToken: token, RefreshToken: refreshToken } = AuthenticationResult ?? {};
  // Another challenge, such as a second factor.
  if (token === undefined) throw new HttpError('CHALLENGE_NOT_SUPPORTED');
  return { token, refreshToken };
}

/** Returns the names in Cognito's list of required attributes: `["userAttributes.email"]`. */
function attributeNames(list = '[]'): readonly string[] {
  const names: unknown = JSON.parse(list);
  return Array.isArray(names) ? names.map((name) => String(name).replace(/^userAttributes\./, '')) : [];
}

/** Signs in to the user pool of an app client. The token is the ID token, which names its user. */
export function cognitoLogin(clientId: string): PasswordLogin {
  const client = async () => (await import('./cognito.ts')).cognitoClient(clientId);
  type Client = Awaited<ReturnType<typeof client>>;
  const call = async <T>(errors: Errors, run: (client: Client) => Promise<T>): Promise<T> => {
    try {
      return await run(await client());
    } catch (error) {
      throw convert(error, errors);
    }
  };
  return {
    async signIn(username, password) {
      const answer = await call(signInErrors, (cognito) => cognito.signIn(username, password));
      // A user that an administrator created must replace the temporary password (AWS: NEW_PASSWORD_REQUIRED).
      if (answer.ChallengeName !== 'NEW_PASSWORD_REQUIRED') return tokensOf(answer);
      const { Session: session = '', ChallengeParameters: given = {} } = answer;
      const attributes = attributeNames(given['requiredAttributes']);
      return { username: given['USER_ID_FOR_SRP'] ?? username, session, attributes };
    },
    async choosePassword(username, { session, attributes }, password) {
      return tokensOf(
        await call(challengeErrors, (cognito) =>
          cognito.choosePassword(session, username, password, attributes),
        ),
      );
    },
    async refresh(refreshToken) {
      return tokensOf(await call(refreshErrors, (cognito) => cognito.refresh(refreshToken)));
    },
    async revoke(refreshToken) {
      await call({}, (cognito) => cognito.revoke(refreshToken));
    },
    async sendCode(username) {
      const cognito = await client();
      await cognito.sendCode(username).catch((error: unknown) => {
        const name = error instanceof Error ? error.name : '';
        // Logged for the administrator, and not answered: it happens for existing users only.
        if (name === 'CodeDeliveryFailureException') logFault('http', error);
        else if (!noCode.has(name)) throw convert(error, {});
      });
    },
    async resetPassword(username, code, password) {
      await call(resetErrors, (cognito) => cognito.resetPassword(username, code, password));
    },
  };
}
