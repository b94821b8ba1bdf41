import { ChatError } from '../domain/errors.ts';

export type Headers = Readonly<Record<string, string | undefined>>;

/** The subprotocol before a token. Browsers cannot set headers on a socket, but they can offer subprotocols. */
export const TOKEN_SUBPROTOCOL = 'Bearer';

export const SESSION_COOKIE = 'sessionid';

/**
 * The maximum number of tokens to verify. A browser also sends cookies of this name that other apps set for a parent
 * domain.
 */
const MAX_SESSION_COOKIES = 8;

export interface Credential {
  /** The tokens to try in order. Only cookies can have several. Never empty. */
  readonly tokens: readonly string[];
  readonly place: 'header' | 'subprotocol' | 'query' | 'cookie';
}

/** Returns a header in any case: API Gateway passes header names on as the client wrote them. */
function headerOf(headers: Headers, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/**
 * Headers that a request may repeat, each with the separator that joins their lines (RFC 6455, 11.3.4; RFC 9113,
 * 8.2.3).
 */
const separators: Readonly<Record<string, string>> = { 'sec-websocket-protocol': ', ', cookie: '; ' };

/** The headers of a WebSocket API's event. */
export interface EventHeaders {
  /** The last line of each header. */
  readonly headers?: Headers | null;
  /** All lines of each header. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
}

/** Returns the headers of an upgrade request. Joins the lines of the headers that a client may repeat. */
export function joinedHeaders({ headers, multiValueHeaders }: EventHeaders): Headers {
  const lines = Object.entries(multiValueHeaders ?? {}).map(([name, each = []]) => {
    const lower = name.toLowerCase();
    return [lower, each.join(separators[lower])] as const;
  });
  const joined = lines.filter(([name]) => name in separators);
  const others = Object.entries(headers ?? {}).filter(
    ([name]) => !joined.some(([each]) => each === name.toLowerCase()),
  );
  return Object.fromEntries([...others, ...joined]);
}

/** Returns the subprotocols that a client offers, in its order (RFC 6455, section 4.1). */
export function offeredSubprotocols(headers: Headers): readonly string[] {
  const offered = headerOf(headers, 'sec-websocket-protocol') ?? '';
  return offered.split(',').map((protocol) => protocol.trim());
}

const listOf = (token: string | undefined): readonly string[] => (token ? [token] : []);

const looksLikeToken = (text: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text);

/**
 * Returns the values of the session cookie. Another app on a parent domain may set a cookie of the same name, and the
 * browser chooses their order (RFC 6265, 5.4). So this function leaves out values that cannot be tokens, if there are
 * others.
 */
function sessionCookies(headers: Headers): readonly string[] {
  const name = `${SESSION_COOKIE}=`;
  const pairs = (headerOf(headers, 'cookie') ?? '').split(';').map((pair) => pair.trim());
  const values = pairs.filter((pair) => pair.startsWith(name)).map((pair) => pair.slice(name.length));
  const tokens = [...new Set(values.filter(looksLikeToken))].slice(0, MAX_SESSION_COOKIES);
  return tokens.length > 0 ? tokens : values.filter((value) => value !== '').slice(0, 1);
}

function bearerOf(headers: Headers): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(headerOf(headers, 'authorization') ?? '')?.[1];
}

function subprotocolToken(headers: Headers): string | undefined {
  const [scheme, token] = offeredSubprotocols(headers);
  return scheme === TOKEN_SUBPROTOCOL && token ? token : undefined;
}

/**
 * Returns the tokens of a request: from `Authorization: Bearer <jwt>`, else from the subprotocols `Bearer, <jwt>`, else
 * from `?token=`, else from the session cookies.
 */
export function findCredential(
  headers: Headers,
  query: Readonly<Record<string, string | undefined>> = {},
): Credential | undefined {
  const found = {
    header: listOf(bearerOf(headers)),
    subprotocol: listOf(subprotocolToken(headers)),
    query: listOf(query['token']),
    cookie: sessionCookies(headers),
  };
  for (const place of ['header', 'subprotocol', 'query', 'cookie'] as const) {
    const tokens = found[place];
    if (tokens.length > 0) return { tokens, place };
  }
  return undefined;
}

/**
 * Verifies the tokens of a credential in order and returns the result of the first valid one.
 * @throws the first failure of `verify` that says nothing about a token, else ChatError UNAUTHENTICATED
 */
export async function verifyFirst<T>(
  { tokens }: Pick<Credential, 'tokens'>,
  verify: (token: string) => Promise<T>,
): Promise<T> {
  const failures: unknown[] = [];
  for (const token of tokens) {
    try {
      return await verify(token);
    } catch (error) {
      failures.push(error);
    }
  }
  const isRejection = (error: unknown) => error instanceof ChatError && error.code === 'UNAUTHENTICATED';
  throw failures.find((error) => !isRejection(error)) ?? failures[0];
}

/**
 * Whether a credential is valid for a request's origin. Browsers add the cookie to requests of any page on the web, so
 * a cookie needs an allowed Origin. Only the page that holds a token can send it.
 */
export function comesFrom(
  credential: Pick<Credential, 'place'>,
  headers: Headers,
  origins: readonly string[],
): boolean {
  if (credential.place !== 'cookie') return true;
  const origin = headerOf(headers, 'origin');
  return origin !== undefined && origins.includes(origin);
}
