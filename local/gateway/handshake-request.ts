import type { IncomingMessage } from 'node:http';
import { headerPairs } from '../http-server.ts';

type Values = Readonly<Record<string, string>>;
type MultiValues = Readonly<Record<string, readonly string[]>>;

/** Headers and query string of an upgrade request, in the form of Lambda events. */
export interface HandshakeRequest {
  readonly headers: Values;
  readonly multiValueHeaders: MultiValues;
  /** The last value of each name. Missing if the request has no query string, as on AWS. */
  readonly queryStringParameters?: Values;
  readonly multiValueQueryStringParameters?: MultiValues;
}

/** Reads the part of a request that the authorizer and `$connect` get. Later events do not have this part. */
export function readHandshakeRequest(request: IncomingMessage): HandshakeRequest {
  const headers = groupByName(headersOf(request), true);
  const url = request.url ?? '';
  const mark = url.indexOf('?');
  const query = groupByName(new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)), false);
  return {
    headers: lastValues(headers),
    multiValueHeaders: Object.fromEntries(headers),
    ...(query.size > 0 && {
      queryStringParameters: lastValues(query),
      multiValueQueryStringParameters: Object.fromEntries(query),
    }),
  };
}

function* headersOf({ rawHeaders, socket }: IncomingMessage): Iterable<readonly [string, string]> {
  const forwarded: string[] = [];
  for (const [name, value] of headerPairs(rawHeaders)) {
    const lower = name.toLowerCase();
    if (lower === 'x-forwarded-for') forwarded.push(value);
    // API Gateway drops hop-by-hop headers: public events do not have them.
    else if (lower !== 'connection' && lower !== 'upgrade') yield [name, value];
  }
  yield ['X-Forwarded-For', [...forwarded, socket.remoteAddress ?? ''].join(', ')];
  yield ['X-Forwarded-Port', String(socket.localPort ?? '')];
  yield ['X-Forwarded-Proto', 'http'];
}

/** Groups values by name. With `foldCase`, ignores case and keeps the first spelling of a name. */
function groupByName(
  pairs: Iterable<readonly [string, string]>,
  foldCase: boolean,
): ReadonlyMap<string, readonly string[]> {
  const groups = Map.groupBy(pairs, ([name]) => (foldCase ? name.toLowerCase() : name));
  return new Map([...groups].map(([key, group]) => [group[0]?.[0] ?? key, group.map(([, value]) => value)]));
}

/** `Object.fromEntries` defines own properties, so that `__proto__` is an ordinary name. */
function lastValues(groups: ReadonlyMap<string, readonly string[]>): Values {
  return Object.fromEntries([...groups].map(([name, values]) => [name, values.at(-1) ?? '']));
}

/**
 * Whether the request has a value for an identity source such as `route.request.header.Host`.
 * @throws for a source that is neither a header nor a query parameter.
 */
export function hasIdentitySource(source: string, request: HandshakeRequest): boolean {
  const [, place, name] = /^route\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  if (name === undefined) {
    throw new Error(
      `Identity source ${source} was not read: the local stack does not support it. Use route.request.header or route.request.querystring.`,
    );
  }
  if (place === 'querystring') return Boolean(request.queryStringParameters?.[name]);
  const header = Object.entries(request.headers).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return Boolean(header?.[1]);
}
