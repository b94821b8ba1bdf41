import type { Context as HonoContext } from 'hono';
import { createMiddleware } from 'hono/factory';
import { comesFrom, cookieRules, findCredential, sourceOf, verifyFirst } from '../../auth/credential.ts';
import type { Context, TokenContext } from '../../delivery/context.ts';
import { ChatError } from '../../domain/errors.ts';
import type { User } from '../../domain/member.ts';
import type { Directory } from '../../domain/name.ts';
import type { RoomLimits } from '../../domain/room.ts';
import { clientIp, type Route, routeOf } from '../client-address.ts';
import type { LambdaBindings } from './base-app.ts';
import { HttpError } from './http-error.ts';
import type { LoginOptions } from './login-options.ts';
import type { PasswordLogin } from './password-login.ts';

/** The context of the HTTP API. */
export interface HttpContext extends Context, TokenContext {
  readonly roomLimits: RoomLimits;
  readonly directory: Directory;
  /** Whether users may create rooms. Otherwise only the admin API does. */
  readonly usersCreateRooms: boolean;
  /** The size limit of uploads, in bytes. */
  readonly maxFileBytes: number;
  /** The origins whose pages may make changes with the session cookie. */
  readonly origins: readonly string[];
  /**
   * The secret that the edge sends as `X-Parley-Edge`. Only requests with it are trusted to name the client's address.
   */
  readonly edgeKey?: string | undefined;
  /** Null if users do not sign in to a user pool. */
  readonly passwordLogin: PasswordLogin | null;
  /** How users sign in, for clients. */
  readonly loginOptions: LoginOptions;
  /** The name of the team's session cookie. Undefined unless the team's function verifies credentials. */
  readonly sessionCookie?: string | undefined;
}

/** The Hono environment of a route. */
export interface HttpEnv {
  readonly Variables: {
    caller: User;
    /** When the caller's credential expires, in milliseconds since the epoch. */
    expiresAt: number;
  };
  readonly Bindings: LambdaBindings;
}

/** HTTP requests carry credentials in headers only: tokens in a subprotocol or in the query are for sockets. */
function credentialOf(c: HonoContext, sessionCookie: string | undefined) {
  const { authorization, cookie, origin } = c.req.header();
  const headers = { authorization, cookie, origin };
  return { credential: findCredential(headers, {}, cookieRules(sessionCookie)), headers };
}

/** Returns the fields of a request that tell its client's address. */
export function requestRoute(c: HonoContext<HttpEnv>, { edgeKey }: Pick<HttpContext, 'edgeKey'>): Route {
  const event = c.env.event;
  const http = event !== undefined && 'http' in event.requestContext ? event.requestContext.http : undefined;
  return routeOf(c.req.header(), http?.sourceIp, edgeKey);
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Prevents cross-site request forgery: a change with the session cookie needs an allowed origin. */
export const checkOrigin = ({ origins, sessionCookie }: Pick<HttpContext, 'origins' | 'sessionCookie'>) =>
  createMiddleware<HttpEnv>(async (c, next) => {
    const { credential, headers } = credentialOf(c, sessionCookie);
    const isChange = !safeMethods.has(c.req.method);
    if (isChange && credential && !comesFrom(credential, headers, origins)) {
      throw new HttpError('FORBIDDEN_ORIGIN');
    }
    await next();
  });

/** Prevents other sites from signing users out: the request needs an allowed origin, or a token in its header. */
export const requireOrigin = ({ origins, sessionCookie }: Pick<HttpContext, 'origins' | 'sessionCookie'>) =>
  createMiddleware<HttpEnv>(async (c, next) => {
    // The browser leaves the cookie out of a foreign form, so it counts as the credential of each request.
    const { credential, headers } = credentialOf(c, sessionCookie);
    if (!comesFrom(credential ?? { place: 'cookie' }, headers, origins)) {
      throw new HttpError('FORBIDDEN_ORIGIN');
    }
    await next();
  });

const TOO_MANY = 'Too many requests: you sent more than this chat accepts. Wait a moment, then try again.';

/**
 * Limits the requests of each user, and refuses all requests of a user whose requests were refused too often.
 * @param reading the kind of requests that change nothing
 */
export const limitRequests = (
  { budgets, now }: Pick<HttpContext, 'budgets' | 'now'>,
  reading: 'read' | 'search' = 'read',
) =>
  createMiddleware<HttpEnv>(async (c, next) => {
    const { id } = c.var.caller;
    const kind = safeMethods.has(c.req.method) ? reading : 'write';
    const waitMs = budgets.takeRequest(id, kind, now());
    if (waitMs > 0) throw new ChatError('RATE_LIMITED', TOO_MANY, waitMs);
    await next();
    if (c.res.status >= 400 && c.res.status < 500) budgets.refuseRequest(id, now());
  });

/** Limits the searches for messages of each user, in addition to `limitRequests`. */
export const limitSearches = ({ budgets, now }: Pick<HttpContext, 'budgets' | 'now'>) =>
  createMiddleware<HttpEnv>(async (c, next) => {
    const waitMs = budgets.takeRequest(c.var.caller.id, 'search', now());
    if (waitMs > 0) throw new ChatError('RATE_LIMITED', TOO_MANY, waitMs);
    await next();
  });

/** Sets `caller` to the user of the token in `Authorization: Bearer` or in the session cookie. */
export const authenticate = (context: Pick<HttpContext, 'verify' | 'sessionCookie' | 'edgeKey'>) =>
  createMiddleware<HttpEnv>(async (c, next) => {
    const { credential, headers } = credentialOf(c, context.sessionCookie);
    if (!credential) {
      const message = 'Not signed in: the request has no token. Send one, or sign in at /api/login/.';
      throw new ChatError('UNAUTHENTICATED', message);
    }
    const source = sourceOf(credential, headers, clientIp(requestRoute(c, context)));
    const { user, expiresAt } = await verifyFirst(credential, (token) => context.verify(token, source));
    c.set('caller', user);
    c.set('expiresAt', expiresAt);
    await next();
  });
