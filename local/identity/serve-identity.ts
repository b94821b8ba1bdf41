import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthorizationServer } from './authorization.ts';
import type { Issuer, LocalUser } from './issuer.ts';
import type { PoolUsers } from './pool-users.ts';
import type { UserPool } from './user-pool.ts';

export interface IdentityOptions {
  readonly issuer: Issuer;
  readonly users: readonly LocalUser[];
  /** The user pool that the issuer belongs to. Null or absent if the template has none. */
  readonly pool?: UserPool | null;
  /** The users of the pool. A reload keeps them. */
  readonly poolUsers?: PoolUsers;
  /** The sign-in of the page with OpenID Connect. Has no client if the page does not use this issuer. */
  readonly authorization?: AuthorizationServer;
  /** Prints the e-mails of the user pool. */
  readonly log?: (line: string) => void;
}

/**
 * Serves the issuer's public documents, the sign-in of the page, and `POST /token?user=alice`, which answers with a token
 * as text.
 */
export async function serveIdentity(
  request: IncomingMessage,
  response: ServerResponse,
  { issuer, users, authorization }: IdentityOptions,
): Promise<void> {
  // The documents are public, and pages of other origins read them.
  if (request.method === 'GET') response.setHeader('Access-Control-Allow-Origin', '*');
  if (isLoopback(request.headers.host) && (await authorization?.serve(request, response))) return;
  const { pathname, searchParams } = new URL(request.url ?? '/', issuer.url);
  const route = `${request.method} ${pathname}`;
  const base = `GET ${new URL(issuer.url).pathname.replace(/\/$/, '')}/.well-known`;
  if (route === `${base}/jwks.json`) return sendJson(response, issuer.jwks);
  if (route === `${base}/openid-configuration`) {
    return sendJson(response, {
      ...configurationOf(issuer),
      ...(authorization?.client && authorization.metadata),
    });
  }
  if (route !== 'POST /token') return sendText(response, 404, 'Not found');
  // Prevents DNS rebinding: a page's host name may resolve to 127.0.0.1, but the browser still sends it as the Host.
  if (!isLoopback(request.headers.host) || request.headers.origin !== undefined) {
    return sendText(response, 403, 'Tokens are available on this machine only');
  }
  const user = users.find(({ username }) => username === searchParams.get('user'));
  if (user === undefined) {
    const names = users.map(({ username }) => username).join(', ');
    return sendText(response, 404, `There is no such user. Use one of ${names}.`);
  }
  const seconds = Number(searchParams.get('expires') ?? Number.NaN);
  const options = Number.isInteger(seconds) ? { expiresInSeconds: seconds } : {};
  return sendText(response, 200, await issuer.sign(user, options));
}

function configurationOf({ url, jwksUri }: Issuer): object {
  return {
    issuer: url,
    jwks_uri: jwksUri,
    response_types_supported: ['token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  };
}

function isLoopback(host = ''): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function sendText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' }).end(body);
}
