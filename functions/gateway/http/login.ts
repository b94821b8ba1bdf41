import { type Context, Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import * as v from 'valibot';
import { SESSION_COOKIE } from '../../auth/credential.ts';
import { isoTime } from '../../delivery/context.ts';
import { userShape } from '../../dialects/rest/schema.ts';
import { ChatError } from '../../domain/errors.ts';
import { type HttpContext, type HttpEnv, requestRoute, requireOrigin, type SignIn } from './context.ts';
import { HttpError } from './http-error.ts';
import { clientAddress, countAttempt } from './login-throttle.ts';
import { describe } from './openapi.ts';
import { readJson, wireUser } from './wire.ts';

/** Converts an error of Cognito's InitiateAuth, which reports a malformed user name as an invalid parameter. */
function signInError(error: unknown): unknown {
  switch (error instanceof Error && error.name) {
    case 'NotAuthorizedException':
    case 'UserNotFoundException':
    case 'InvalidParameterException':
      return new HttpError('WRONG_PASSWORD');
    case 'PasswordResetRequiredException':
    case 'UserNotConfirmedException':
      return new HttpError('PASSWORD_CHANGE_REQUIRED');
    case 'TooManyRequestsException':
    case 'LimitExceededException':
      return new ChatError('RATE_LIMITED', 'Not signed in: there were too many attempts. Wait a moment.');
    default:
      return error;
  }
}

/** Signs in to the user pool of an app client. Resolves to the ID token, which names its user. */
export function cognitoSignIn(clientId: string): SignIn {
  return async (username, password) => {
    const { idToken } = await import('./cognito.ts');
    const token = await idToken(clientId, username, password).catch((error: unknown) => {
      throw signInError(error);
    });
    // A user that an administrator created must change the first password (AWS: NEW_PASSWORD_REQUIRED).
    if (token === undefined) throw new HttpError('PASSWORD_CHANGE_REQUIRED');
    return token;
  };
}

const loginBody = v.object({
  username: v.pipe(v.string(), v.nonEmpty(), v.maxLength(128)),
  password: v.pipe(v.string(), v.nonEmpty(), v.maxLength(256)),
});

const signedIn = v.object({
  token: v.string(),
  user: userShape,
  expires_at: v.pipe(v.string(), v.isoTimestamp()),
});

function setSession(c: Context, token: string, maxAge: number): void {
  setCookie(c, SESSION_COOKIE, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    // API Gateway is HTTPS only. The local stack sends `http`, and clients other than browsers then ignore Secure
    // cookies.
    secure: c.req.header('x-forwarded-proto') !== 'http',
    maxAge,
  });
}

/** How users sign in. With `lambda`, the team's function decides: the page has a cookie of the team, or asks for a token. */
const configShape = v.object({ auth: v.picklist(['userPool', 'oidc', 'lambda']) });

const authOf = ({ sessionCookie, signIn }: HttpContext): v.InferOutput<typeof configShape>['auth'] => {
  if (sessionCookie !== undefined) return 'lambda';
  return signIn ? 'userPool' : 'oidc';
};

const sessionShape = v.object({ user: userShape, expires_at: v.pipe(v.string(), v.isoTimestamp()) });

/**
 * How users sign in, and who is signed in. Signing in by password sets the session cookie, and the answer contains the
 * token for clients without cookies.
 */
export function login(context: HttpContext) {
  const app = new Hono<HttpEnv>();
  app.get(
    '/config/',
    describe(
      'How users sign in',
      {
        200: [
          '`userPool`: by `POST /api/login/`. `oidc`: elsewhere, with a token of the issuer. `lambda`: elsewhere, with the cookie or the token that a function of the team verifies.',
          configShape,
        ],
      },
      [],
      { isPublic: true },
    ),
    (c) => c.json({ auth: authOf(context) }),
  );
  app.get(
    '/session/',
    describe(
      'The signed-in user',
      { 200: ['The user, and when the token or the session expires.', sessionShape] },
      [401],
    ),
    (c) => c.json({ user: wireUser(c.var.caller), expires_at: isoTime(c.var.expiresAt) }),
  );
  app.post(
    '/login/',
    describe(
      'Sign in',
      { 200: ['Signed in. Sets the cookie `sessionid`.', signedIn] },
      [400, 401, 403, 415, 429, 501, 503],
      { isPublic: true },
    ),
    readJson(loginBody),
    async (c) => {
      if (!context.signIn) throw new HttpError('NO_PASSWORD_LOGIN');
      const { username, password } = c.req.valid('json');
      const forget = await countAttempt(username, clientAddress(requestRoute(c, context)), context);
      const token = await context.signIn(username, password);
      await forget();
      const { user, expiresAt } = await context.verify(token, {
        kind: 'bearer',
        origin: null,
        sourceIp: null,
      });
      setSession(c, token, Math.max(0, Math.floor((expiresAt - context.now()) / 1000)));
      return c.json({ token, user: wireUser(user), expires_at: isoTime(expiresAt) });
    },
  );
  app.post(
    '/logout/',
    describe(
      'Sign out',
      {
        204: 'Cleared the cookie, unless it is the cookie of `ChatAuth.lambda`. The token stays valid until it expires.',
      },
      [403],
      {
        isPublic: true,
      },
    ),
    requireOrigin(context),
    (c) => {
      // The team's own cookie is not the chat's to clear.
      if (context.sessionCookie === undefined) setSession(c, '', 0);
      return c.body(null, 204);
    },
  );
  return app;
}
