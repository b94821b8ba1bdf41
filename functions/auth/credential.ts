export type Headers = Readonly<Record<string, string | undefined>>;

/** The subprotocol by which a browser, which cannot set headers on a socket, says that a token follows it. */
export const TOKEN_SUBPROTOCOL = 'Bearer';

/** HTTP header names are case-insensitive, and API Gateway hands on what the client wrote. */
function headerOf(headers: Headers, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** The subprotocols that a client offers, in its order (RFC 6455, section 4.1). */
export function offeredSubprotocols(headers: Headers): readonly string[] {
  const offered = headerOf(headers, 'sec-websocket-protocol') ?? '';
  return offered.split(',').map((protocol) => protocol.trim());
}

/** The token that an upgrade request carries: `Authorization: Bearer <jwt>`, else the subprotocols `Bearer, <jwt>`. */
export function findToken(headers: Headers): string | undefined {
  const authorization = /^Bearer +(\S+) *$/i.exec(headerOf(headers, 'authorization') ?? '');
  if (authorization) return authorization[1];
  const [scheme, token] = offeredSubprotocols(headers);
  return scheme === TOKEN_SUBPROTOCOL && token ? token : undefined;
}
