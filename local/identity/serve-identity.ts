import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Issuer, LocalUser } from './issuer.ts';
import type { UserPool } from './user-pool.ts';

export interface IdentityOptions {
  readonly issuer: Issuer;
  readonly users: readonly LocalUser[];
  /** The user pool whose issuer it is, if it is one's. */
  readonly pool?: UserPool | null;
}

/** Serves the issuer's public documents, and `POST /token?user=alice` with a token as text. */
export async function serveIdentity(
  request: IncomingMessage,
  response: ServerResponse,
  { issuer, users }: IdentityOptions,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', issuer.url);
  const route = `${request.method} ${pathname}`;
  const base = `GET ${new URL(issuer.url).pathname.replace(/\/$/, '')}/.well-known`;
  if (route === `${base}/jwks.json`) return json(response, issuer.jwks);
  if (route === `${base}/openid-configuration`) return json(response, configurationOf(issuer));
  if (route !== 'POST /token') return text(response, 404, 'There is nothing here');
  // A page on the web can make a name of its own resolve to 127.0.0.1, but not send another Host header.
  if (!isLoopback(request.headers.host) || request.headers.origin !== undefined) {
    return text(response, 403, 'Tokens are for this machine only');
  }
  const user = users.find(({ username }) => username === searchParams.get('user'));
  if (user === undefined) {
    const names = users.map(({ username }) => username).join(', ');
    return text(response, 404, `There is no such user. Use one of ${names}.`);
  }
  const seconds = Number(searchParams.get('expires') ?? Number.NaN);
  const options = Number.isInteger(seconds) ? { expiresInSeconds: seconds } : {};
  return text(response, 200, await issuer.sign(user, options));
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

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' }).end(body);
}
