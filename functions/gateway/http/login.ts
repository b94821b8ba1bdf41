import { type Context, Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import * as v from 'valibot';
import { SESSION_COOKIE } from '../../auth/credential.ts';
import { isoTime } from '../../delivery/context.ts';
import { errorShape, ownShape } from '../../dialects/rest/schema.ts';
import { countRefusal } from '../metrics.ts';
import { logFault } from '../runtime.ts';
import { type HttpContext, type HttpEnv, requestRoute, requireOrigin } from './context.ts';
import { HttpError } from './http-error.ts';
import { breaksPolicy, loginOptionsShape } from './login-options.ts';
import { clientAddress, countAttempt } from './login-throttle.ts';
import { describe } from './openapi.ts';
import type { PasswordLogin, Tokens } from './password-login.ts';
import { readJson, wireUser } from './wire.ts';

const shortText = (max: number) => v.pipe(v.string(), v.nonEmpty(), v.maxLength(max));
const username = shortText(128);
const password = shortText(256);
/** Cognito's refresh tokens have about 1,800 characters. */
const refreshToken = v.pipe(
  v.string(),
  v.maxLength(8_192),
  v.regex(/^[\w.~+/=-]+$/, 'must be a refresh token'),
);
const attributeName = v.pipe(
  v.string(),
  v.regex(/^[\w:]{1,32}$/, 'must be a name of at most 32 letters, digits, "_" and ":"'),
);

const loginBody = v.object({ username, password });
const choiceBody = v.object({
  username,
  /** From the answer PASSWORD_CHANGE_REQUIRED. */
  session: shortText(2_048),
  password,
  attributes: v.optional(v.record(attributeName, shortText(2_048)), {}),
});
const refreshBody = v.object({ refresh_token: refreshToken });
const logoutBody = v.object({ refresh_token: v.optional(refreshToken) });
const codeBody = v.object({ username });
const resetBody = v.object({ username, code: shortText(64), password });

const sessionShape = v.object({ user: ownShape, expires_at: v.pipe(v.string(), v.isoTimestamp()) });
const signedIn = v.object({
  ...sessionShape.entries,
  token: v.string(),
  /** Gets further tokens at `/api/login/refresh/`. Absent if the one that was sent stays valid. */
  refresh_token: v.optional(v.string()),
});

/** The error of a sign-in. Only `PASSWORD_CHANGE_REQUIRED` has the last three fields. */
const signInError = v.object({
  ...errorShape.entries,
  username: v.optional(v.string()),
  session: v.optional(v.string()),
  attributes: v.optional(v.array(v.string())),
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

/**
 * Sign-in by password. An answer with a token sets the session cookie, and contains the token for clients without
 * cookies. Every route counts an attempt before it calls the user pool, and takes it back when the attempt succeeds.
 */
export function login(context: HttpContext) {
  const app = new Hono<HttpEnv>();
  const { loginOptions, passwordLogin } = context;
  const policy = loginOptions.password?.policy;

  /** @throws HttpError NO_PASSWORD_LOGIN */
  const byPassword = (): PasswordLogin => {
    if (!passwordLogin) throw new HttpError('NO_PASSWORD_LOGIN');
    return passwordLogin;
  };
  const count = (c: Context<HttpEnv>, name?: string) =>
    countAttempt(name, clientAddress(requestRoute(c, context)), context);
  const answerTokens = async (c: Context<HttpEnv>, { token, refreshToken }: Tokens) => {
    const { user, expiresAt } = await context.verify(token, { kind: 'bearer', origin: null, sourceIp: null });
    setSession(c, token, Math.max(0, Math.floor((expiresAt - context.now()) / 1000)));
    const expires_at = isoTime(expiresAt);
    const renewal = refreshToken === undefined ? {} : { refresh_token: refreshToken };
    return c.json({ token, user: wireUser(user), expires_at, ...renewal });
  };

  app.get(
    '/session/',
    describe(
      'Who is signed in',
      { 200: ['The user, and when the credential expires.', sessionShape] },
      [401],
    ),
    (c) => c.json({ user: wireUser(c.var.caller), expires_at: isoTime(c.var.expiresAt) }),
  );
  app.get(
    '/login/',
    describe('How to sign in', { 200: ['The ways to sign in.', loginOptionsShape] }, [], { isPublic: true }),
    (c) => c.json(loginOptions),
  );
  app.post(
    '/login/',
    describe(
      'Sign in',
      { 200: ['Signed in. Sets the cookie `sessionid`.', signedIn], 403: ['Not allowed.', signInError] },
      [400, 401, 415, 429, 501, 503],
      { isPublic: true },
    ),
    readJson(loginBody),
    async (c) => {
      const users = byPassword();
      const { username, password } = c.req.valid('json');
      const forget = await count(c, username);
      const result = await users.signIn(username, password);
      await forget();
      if ('token' in result) return answerTokens(c, result);
      const { code, message, status } = new HttpError('PASSWORD_CHANGE_REQUIRED');
      countRefusal(code);
      return c.json({ error: code, message, ...result }, status);
    },
  );
  app.post(
    '/login/password/',
    describe(
      'Replace a temporary password, and sign in',
      { 200: ['Signed in. Sets the cookie `sessionid`.', signedIn] },
      [400, 401, 403, 415, 429, 501, 503],
      { isPublic: true },
    ),
    readJson(choiceBody),
    async (c) => {
      const users = byPassword();
      const { username, password, ...challenge } = c.req.valid('json');
      if (breaksPolicy(password, policy)) throw new HttpError('PASSWORD_REFUSED');
      const forget = await count(c, username);
      const tokens = await users.choosePassword(username, challenge, password);
      await forget();
      return answerTokens(c, tokens);
    },
  );
  app.post(
    '/login/refresh/',
    describe(
      'Get a fresh token',
      { 200: ['A fresh token. Sets the cookie `sessionid`.', signedIn] },
      [400, 401, 415, 429, 501, 503],
      { isPublic: true },
    ),
    readJson(refreshBody),
    async (c) => {
      const users = byPassword();
      const forget = await count(c);
      const tokens = await users.refresh(c.req.valid('json').refresh_token);
      await forget();
      return answerTokens(c, tokens);
    },
  );
  app.post(
    '/logout/',
    describe(
      'Sign out',
      {
        204: 'Cleared the cookie, unless it is that of `ChatAuth.lambda`, and ended the session of `refresh_token`. The token stays valid until it expires.',
      },
      [400, 403, 415, 429],
      { isPublic: true },
    ),
    requireOrigin(context),
    async (c, next) => {
      // The body is optional, but clients may send its Content-Type nevertheless.
      const { raw } = c.req;
      if (!raw.body) c.req.raw = new Request(raw.url, { method: 'POST', headers: raw.headers, body: '{}' });
      await next();
    },
    readJson(logoutBody),
    async (c) => {
      // A cookie of the team's own site stays: only that site clears it.
      if (context.sessionCookie === undefined) setSession(c, '', 0);
      const { refresh_token } = c.req.valid('json');
      if (refresh_token !== undefined && passwordLogin) {
        const forget = await count(c);
        await passwordLogin.revoke(refresh_token).then(forget, (error: unknown) => {
          // The client has signed out in any case. The session ends when its refresh token expires.
          logFault('http', error, c.env.lambdaContext?.awsRequestId ?? '');
        });
      }
      return c.body(null, 204);
    },
  );
  app.post(
    '/password/code/',
    describe(
      'Send a code for a new password',
      { 204: 'Sent a code, if the user exists and has a verified address.' },
      [400, 403, 415, 429, 501],
      { isPublic: true },
    ),
    readJson(codeBody),
    async (c) => {
      const users = byPassword();
      if (!loginOptions.password?.reset) throw new HttpError('NO_PASSWORD_RESET');
      const { username } = c.req.valid('json');
      // Stays counted: each code is an e-mail to a person who may not have asked for it.
      await count(c, username);
      await users.sendCode(username);
      return c.body(null, 204);
    },
  );
  app.post(
    '/password/',
    describe('Choose a new password with a code', { 204: 'Changed the password.' }, [400, 415, 429, 501], {
      isPublic: true,
    }),
    readJson(resetBody),
    async (c) => {
      const users = byPassword();
      const { username, code, password } = c.req.valid('json');
      if (breaksPolicy(password, policy)) throw new HttpError('PASSWORD_REFUSED');
      const forget = await count(c, username);
      await users.resetPassword(username, code.trim(), password);
      await forget();
      return c.body(null, 204);
    },
  );
  return app;
}
