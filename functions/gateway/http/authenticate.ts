import { createMiddleware } from 'hono/factory';
import { comesFrom, findCredential } from '../../auth/credential.ts';
import { ChatError } from '../../domain/errors.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { HttpError } from './http-error.ts';

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The headers that a credential may be in; a token in a subprotocol is for sockets. */
const credentialHeaders = (header: (name: string) => string | undefined) => ({
  authorization: header('authorization'),
  cookie: header('cookie'),
  origin: header('origin'),
});

/** A page that is not ours can send a browser's cookie along, so a change by cookie needs an allowed Origin. */
export const checkOrigin = (context: Pick<HttpContext, 'origins'>) =>
  createMiddleware<HttpEnv>(async (c, next) => {
    const headers = credentialHeaders((name) => c.req.header(name));
    const credential = findCredential(headers);
    const changes = !reading.has(c.req.method);
    if (changes && credential && !comesFrom(credential, headers, context.origins)) {
      throw new HttpError('FORBIDDEN_ORIGIN');
    }
    await next();
  });

/** Lets only those through who are signed in, by `Authorization: Bearer` or by the session cookie. */
export const authenticate = (context: Pick<HttpContext, 'verify'>) =>
  createMiddleware<HttpEnv>(async (c, next) => {
    const credential = findCredential(credentialHeaders((name) => c.req.header(name)));
    if (!credential) {
      throw new ChatError('UNAUTHENTICATED', 'Not signed in: send a token, or sign in at /api/login/');
    }
    const { user } = await context.verify(credential.token);
    c.set('caller', user);
    await next();
  });
