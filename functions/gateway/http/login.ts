import { type Context, Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import * as v from 'valibot';
import { SESSION_COOKIE } from '../../auth/credential.ts';
import { userShape } from '../../dialects/rest/schema.ts';
import { checkOrigin } from './authenticate.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { describe } from './openapi.ts';
import { HttpError } from './http-error.ts';
import { readJson } from './read-request.ts';
import { loginBody } from './requests.ts';
import { wireUser } from './wire.ts';

const signedIn = v.object({
  token: v.string(),
  user: userShape,
  expires_at: v.pipe(v.string(), v.isoTimestamp()),
});

/**
 * API Gateway answers over TLS only, and says https in this header; only the local stack,
 * on loopback, says http. Clients other than browsers send no Secure cookie there.
 */
const isSecure = (c: Context): boolean => c.req.header('x-forwarded-proto') !== 'http';

function setSession(c: Context, token: string, maxAge: number): void {
  setCookie(c, SESSION_COOKIE, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: isSecure(c),
    maxAge,
  });
}

/** Sign-in by password, for clients that keep a session cookie; the token is told too, for those that do not. */
export function login(context: HttpContext) {
  const app = new Hono<HttpEnv>();
  app.post(
    '/login/',
    describe(
      'Sign in',
      { 200: ['Signed in; sets the cookie sessionid', signedIn] },
      [400, 401, 403, 415, 429, 501],
      {
        open: true,
      },
    ),
    readJson(loginBody),
    async (c) => {
      if (!context.signIn) throw new HttpError('NO_PASSWORD_LOGIN');
      const { username, password } = c.req.valid('json');
      const token = await context.signIn(username, password);
      const { user, expiresAt } = await context.verify(token);
      setSession(c, token, Math.max(0, Math.floor((expiresAt - context.now()) / 1000)));
      return c.json({ token, user: wireUser(user), expires_at: new Date(expiresAt).toISOString() });
    },
  );
  app.post(
    '/logout/',
    describe('Sign out', { 204: 'The cookie is cleared; the token itself counts until it runs out' }, [403], {
      open: true,
    }),
    checkOrigin(context),
    (c) => {
      setSession(c, '', 0);
      return c.body(null, 204);
    },
  );
  return app;
}
