export type Headers = Readonly<Record<string, string | undefined>>;

/** The subprotocol by which a browser, which cannot set headers on a socket, says that a token follows it. */
export const TOKEN_SUBPROTOCOL = 'Bearer';

export const SESSION_COOKIE = 'sessionid';

export interface Credential {
  readonly token: string;
  readonly place: 'header' | 'subprotocol' | 'query' | 'cookie';
}

/** HTTP header names are case-insensitive, and API Gateway hands on what the client wrote. */
export function headerOf(headers: Headers, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** The subprotocols that a client offers, in its order (RFC 6455, section 4.1). */
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
 * The token that a request carries: `Authorization: Bearer <jwt>`, else the subprotocols `Bearer, <jwt>`, else
 * `?token=`, else the session cookie.
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
 * Whether a credential counts where a request comes from. A browser sends a cookie along with what any page on the web
 * asks for, so a cookie counts only with an Origin that is allowed; a token is known to its own page alone.
 */
export function comesFrom(credential: Credential, headers: Headers, origins: readonly string[]): boolean {
  if (credential.place !== 'cookie') return true;
  const origin = headerOf(headers, 'origin');
  return origin !== undefined && origins.includes(origin);
}
