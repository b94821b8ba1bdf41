import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http-server.ts';
import { isObject, parseJson } from '../object.ts';
import type { Issuer, LocalUser } from './issuer.ts';

/** The page's registration at the local issuer, as a public client. */
export interface PageClient {
  readonly id: string;
  /** The audience of access tokens. */
  readonly audience: string;
  /** The URLs to which the issuer may redirect users. */
  readonly redirectUris: readonly string[];
}

/** The sign-in that a code or a refresh token belongs to. */
interface Grant {
  readonly user: LocalUser;
  readonly scope: string;
  readonly redirectUri: string;
  readonly nonce: string | null;
  readonly challenge: string;
  readonly expiresAt: number;
}

/** RFC 6749, 4.1.2: at most ten minutes. */
const CODE_MS = 60_000;
const REFRESH_MS = 30 * 24 * 60 * 60_000;
const TOKEN_SECONDS = 60 * 60;
/** The issuer's cookie, which remembers the signed-in user. */
const COOKIE = 'parley-issuer';

const newSecret = (): string => randomBytes(24).toString('base64url');

/** Returns the page's client from the chat's sign-in options, or null if they do not name this issuer. */
export function readPageClient(
  variables: readonly Readonly<Record<string, string>>[],
  issuer: string,
  origins: readonly string[],
): PageClient | null {
  const [options] = variables.flatMap(({ LOGIN }) => (LOGIN === undefined ? [] : [parseJson(LOGIN)]));
  const oidc = isObject(options) && isObject(options['oidc']) ? options['oidc'] : {};
  if (oidc['issuer'] !== issuer) return null;
  return {
    id: String(oidc['client_id']),
    audience: String(oidc['audience']),
    redirectUris: origins.map((origin) => `${origin}/`),
  };
}

/**
 * The authorization server of the local issuer: authorization codes with PKCE (RFC 7636), refresh tokens that rotate,
 * and revocation. The local users sign in with their names as passwords. State is in memory.
 */
export class AuthorizationServer {
  /** Null if the template names no client of this issuer. */
  client: PageClient | null = null;
  readonly #issuer: Issuer;
  readonly #users: readonly LocalUser[];
  readonly #codes = new Map<string, Grant>();
  readonly #refreshTokens = new Map<string, Grant>();

  constructor(issuer: Issuer, users: readonly LocalUser[]) {
    this.#issuer = issuer;
    this.#users = users;
  }

  /** The fields of the sign-in in the issuer's discovery document. */
  get metadata(): object {
    const { url } = this.#issuer;
    return {
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/oauth/token`,
      revocation_endpoint: `${url}/oauth/revoke`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      authorization_response_iss_parameter_supported: true,
    };
  }

  /** Handles a request of the sign-in. Resolves to false for all other requests. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.#issuer.url);
    const { client } = this;
    if (!client) return false;
    if (pathname === '/authorize') {
      await this.#authorize(request, response, searchParams, client);
    } else if (pathname === '/oauth/token' || pathname === '/oauth/revoke') {
      await this.#exchange(request, response, pathname, client);
    } else {
      return false;
    }
    return true;
  }

  async #authorize(
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
    client: PageClient,
  ): Promise<void> {
    const redirectUri = query.get('redirect_uri') ?? '';
    // The issuer redirects errors to registered URLs only (RFC 6749, 4.1.2.1).
    if (query.get('client_id') !== client.id || !client.redirectUris.includes(redirectUri)) {
      return sendPage(response, 400, '<p>This app or its redirect URI is not registered.</p>');
    }
    const answer = (parameters: Readonly<Record<string, string>>, headers = {}) => {
      const url = new URL(redirectUri);
      const state = query.get('state');
      const all = { ...parameters, ...(state !== null && { state }), iss: this.#issuer.url };
      for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
      response.writeHead(303, { ...headers, Location: url.href, 'Cache-Control': 'no-store' }).end();
    };
    const challenge = query.get('code_challenge') ?? '';
    const scope = query.get('scope') ?? '';
    const isValid =
      query.get('response_type') === 'code' &&
      query.get('code_challenge_method') === 'S256' &&
      /^[\w-]{43}$/.test(challenge) &&
      scope.split(' ').includes('openid');
    if (!isValid) return answer({ error: 'invalid_request' });
    const grant = (user: LocalUser) => {
      const code = newSecret();
      const nonce = query.get('nonce');
      const expiresAt = Date.now() + CODE_MS;
      this.#codes.set(code, { user, scope, redirectUri, nonce, challenge, expiresAt });
      answer({ code }, { 'Set-Cookie': `${COOKIE}=${user.username}; Path=/; HttpOnly; SameSite=Lax` });
    };
    if (request.method !== 'POST') {
      const [, name] = new RegExp(`(?:^|; )${COOKIE}=(\\w+)`).exec(request.headers.cookie ?? '') ?? [];
      const known = this.#users.find(({ username }) => username === name);
      if (known && query.get('prompt') !== 'login') return grant(known);
      return sendPage(response, 200, signInForm(''));
    }
    const form = new URLSearchParams((await readBody(request)).toString());
    if (form.has('cancel')) return answer({ error: 'access_denied' });
    const user = this.#users.find(({ username }) => username === form.get('username'));
    if (user && form.get('password') === user.username) return grant(user);
    return sendPage(response, 200, signInForm('<p role="alert">The name or the password is wrong.</p>'));
  }

  async #exchange(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    client: PageClient,
  ): Promise<void> {
    const { origin } = request.headers;
    const origins = client.redirectUris.map((uri) => new URL(uri).origin);
    if (origin !== undefined && origins.includes(origin)) {
      response.setHeader('Access-Control-Allow-Origin', origin);
    }
    if (request.method !== 'POST') return sendJson(response, 405, { error: 'invalid_request' });
    const form = new URLSearchParams((await readBody(request)).toString());
    if (form.get('client_id') !== client.id) return sendJson(response, 401, { error: 'invalid_client' });
    if (path === '/oauth/revoke') {
      this.#refreshTokens.delete(form.get('token') ?? '');
      return sendJson(response, 200, {});
    }
    const granted = this.#grantOf(form);
    if (typeof granted === 'string') return sendJson(response, 400, { error: granted });
    return sendJson(response, 200, await this.#tokens(granted, client));
  }

  /** Returns the grant of a token request, or the error code. Codes and refresh tokens can be used once. */
  #grantOf(form: URLSearchParams): Grant | string {
    const take = (grants: Map<string, Grant>, secret: string) => {
      const grant = grants.get(secret);
      grants.delete(secret);
      return grant && grant.expiresAt >= Date.now() ? grant : undefined;
    };
    switch (form.get('grant_type')) {
      case 'authorization_code': {
        const grant = take(this.#codes, form.get('code') ?? '');
        const verifier = form.get('code_verifier') ?? '';
        const challenge = createHash('sha256').update(verifier).digest('base64url');
        const isValid = grant?.challenge === challenge && grant.redirectUri === form.get('redirect_uri');
        return isValid ? grant : 'invalid_grant';
      }
      case 'refresh_token':
        return take(this.#refreshTokens, form.get('refresh_token') ?? '') ?? 'invalid_grant';
      default:
        return 'unsupported_grant_type';
    }
  }

  async #tokens(grant: Grant, { id, audience }: PageClient): Promise<object> {
    const { user, scope, nonce } = grant;
    const sign = (claims: Record<string, unknown>) =>
      this.#issuer.sign(user, { expiresInSeconds: TOKEN_SECONDS, claims });
    const refresh = newSecret();
    const isLasting = scope.split(' ').includes('offline_access');
    if (isLasting) this.#refreshTokens.set(refresh, { ...grant, expiresAt: Date.now() + REFRESH_MS });
    return {
      token_type: 'Bearer',
      expires_in: TOKEN_SECONDS,
      scope,
      id_token: await sign({ aud: id, ...(nonce !== null && { nonce }) }),
      access_token: await sign({ aud: audience, client_id: id, scope }),
      ...(isLasting && { refresh_token: refresh }),
    };
  }
}

const signInForm = (problem: string): string => `<form method="post">${problem}
<p><label>User name <input name="username" autocomplete="username" autofocus></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password"></label></p>
<p><button>Sign in</button> <button name="cancel" value="yes">Cancel</button></p></form>`;

function sendPage(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  });
  response.end(`<!doctype html><html lang="en"><title>Local issuer</title><h1>Local issuer</h1>${body}`);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
