import type { Headers } from '../auth/credential.ts';

/** The fields of a request that tell its client's address. */
export interface Route {
  readonly forwardedFor: string | undefined;
  /** The address that called API Gateway: the client's, or the edge's. */
  readonly sourceIp: string | undefined;
  /** Whether the request came through the edge. */
  readonly throughEdge: boolean;
}

/**
 * Returns a client's address, or an empty text if it is unknown. A client can write any addresses into
 * `X-Forwarded-For`. The edge appends the client's address, and API Gateway appends its caller's.
 */
export function clientIp({ forwardedFor = '', sourceIp = '', throughEdge }: Route): string {
  if (!throughEdge) return sourceIp;
  const addresses = forwardedFor.split(',').map((address) => address.trim());
  if (addresses.at(-1) === sourceIp) addresses.pop();
  return addresses.at(-1) || sourceIp;
}

/**
 * Returns the route of a request.
 * @param edgeKey the secret that the edge sends as `X-Parley-Edge`. Only requests with it are trusted to name the
 *   client's address.
 */
export function routeOf(headers: Headers, sourceIp: string | undefined, edgeKey: string | undefined): Route {
  const header = (name: string) => Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return {
    forwardedFor: header('x-forwarded-for'),
    sourceIp,
    throughEdge: edgeKey !== undefined && header('x-parley-edge') === edgeKey,
  };
}
