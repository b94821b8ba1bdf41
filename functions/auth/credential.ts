export type Headers = Readonly<Record<string, string | undefined>>;

/** The subprotocol before a token. Browsers cannot set headers on a socket, but they can offer subprotocols. */
export const TOKEN_SUBPROTOCOL = 'Bearer';

export const SESSION_COOKIE = 'sessionid';

export interface Credential {
  readonly token: string;
  readonly place: 'header' | 'subprotocol' | 'query' | 'cookie';
}

/** Returns a header in any case: API Gateway passes header names on as the client wrote them. */
export function headerOf(headers: Headers, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** Returns the subprotocols that a client offers, in the client's order (RFC 6455, section 4.1). */
export function offeredSubprotocols(headers: Headers): readonly string[] {
  const offered = headerOf(headers, 'sec-websocket-protocol') ?? '';
  return offered.split(',').map((protocol) => protocol.trim());
}

function cookieOf(headers: Headers, name: string): string | undefined {
  const pairs = (headerOf(headers, 'cookie') ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) || undefined;
}

function bearerOf(headers: Headers): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(headerOf(headers, 'authorization') ?? '')?.[1];
}

function subprotocolToken(headers: Headers): string | undefined {
  const [scheme, token] = offeredSubprotocols(headers);
  return scheme === TOKEN_SUBPROTOCOL && token ? token : undefined;
}

/**
 * Returns the token of a request: from `Authorization: Bearer <jwt>`, else from the subprotocols `Bearer, <jwt>`, else
 * from `?token=`, else from the session cookie.
 */
export function findCredential(
  headers: Headers,
  query: Readonly<Record<string, string | undefined>> = {},
): Credential | undefined {
  const found = {
    header: bearerOf(headers),
    subprotocol: subprotocolToken(headers),
    query: query['token'],
    cookie: cookieOf(headers, SESSION_COOKIE),
  };
  for (const place of ['header', 'subprotocol', 'query', 'cookie'] as const) {
    const token = found[place];
    if (token) return { token, place };
  }
  return undefined;
}

/**
 * Whether a credential is valid for a request's origin. Browsers add the cookie to requests of any page on the web,
 * so a cookie needs an allowed Origin. A token needs none, because only a page that holds the token can send it.
 */
export function comesFrom(credential: Credential, headers: Headers, origins: readonly string[]): boolean {
  if (credential.place !== 'cookie') return true;
  const origin = headerOf(headers, 'origin');
  return origin !== undefined && origins.includes(origin);
}
