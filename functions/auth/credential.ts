import { ChatError } from '../domain/errors.ts';
import type { AuthRequest } from '../domain/hooks.ts';
import type { User } from '../domain/member.ts';

export type Headers = Readonly<Record<string, string | undefined>>;

/** The subprotocol before a token. Browsers cannot set headers on a socket, but they can offer subprotocols. */
export const TOKEN_SUBPROTOCOL = 'Bearer';

export const SESSION_COOKIE = 'sessionid';

/** The user that a credential belongs to. */
export interface Verified {
  readonly user: User;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** When the token was issued, in milliseconds since the epoch. Absent if the team's function verified it. */
  readonly issuedAt?: number;
}

/** Where a credential comes from. */
export type Source = Omit<AuthRequest, 'credential'>;

/**
 * Resolves to the user that a credential belongs to.
 * @throws ChatError UNAUTHENTICATED for an invalid credential; BANNED, where the check includes bans
 */
export type Verify = (credential: string, source: Source) => Promise<Verified>;

/** Which cookies are credentials. */
export interface CookieRules {
  readonly name: string;
  readonly isCredential: (value: string) => boolean;
  /** The maximum number of values to verify. A browser also sends cookies of this name of other apps on the domain. */
  readonly most: number;
}

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

/** Whether a text can be a credential that the team's function verifies. */
export const isOpaqueCredential = (text: string): boolean => /^[\x21-\x7e]{1,4096}$/.test(text);

/**
 * Returns the rules for session cookies.
 * @param ofTeam the name of the team's own session cookie, whose values the team's function verifies. Each of them
 *   costs an invocation.
 */
export const cookieRules = (ofTeam: string | undefined): CookieRules =>
  ofTeam === undefined
    ? { name: SESSION_COOKIE, isCredential: looksLikeToken, most: 8 }
    : { name: ofTeam, isCredential: isOpaqueCredential, most: 2 };

/**
 * Returns the values of the session cookie. Another app on a parent domain may set a cookie of the same name, and the
 * browser chooses their order (RFC 6265, 5.4). So this function leaves out values that cannot be credentials, if there
 * are others.
 */
function sessionCookies(headers: Headers, { name, isCredential, most }: CookieRules): readonly string[] {
  const start = `${name}=`;
  const pairs = (headerOf(headers, 'cookie') ?? '').split(';').map((pair) => pair.trim());
  const values = pairs.filter((pair) => pair.startsWith(start)).map((pair) => pair.slice(start.length));
  const tokens = [...new Set(values.filter(isCredential))].slice(0, most);
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
  cookies: CookieRules = cookieRules(undefined),
): Credential | undefined {
  const found = {
    header: listOf(bearerOf(headers)),
    subprotocol: listOf(subprotocolToken(headers)),
    query: listOf(query['token']),
    cookie: sessionCookies(headers, cookies),
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

const kinds = { header: 'bearer', subprotocol: 'bearer', query: 'query', cookie: 'cookie' } as const;

/** The maximum length of an origin. Browsers send shorter ones. */
const MAX_ORIGIN = 300;

/** Returns where a request's credential comes from. @param sourceIp empty if it is unknown */
export function sourceOf({ place }: Pick<Credential, 'place'>, headers: Headers, sourceIp: string): Source {
  const origin = headerOf(headers, 'origin') ?? null;
  return {
    kind: kinds[place],
    origin: origin !== null && origin.length <= MAX_ORIGIN ? origin : null,
    sourceIp: sourceIp || null,
  };
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
