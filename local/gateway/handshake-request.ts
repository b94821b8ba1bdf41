import type { IncomingMessage } from 'node:http';

type Values = Readonly<Record<string, string>>;
type MultiValues = Readonly<Record<string, readonly string[]>>;

/** The headers and the query of an upgrade request, in the form of Lambda's events. */
export interface HandshakeInput {
  readonly headers: Values;
  readonly multiValueHeaders: MultiValues;
  /** Absent without a query, as on AWS; of a repeated name it has the last value. */
  readonly queryStringParameters?: Values;
  readonly multiValueQueryStringParameters?: MultiValues;
}

/** Groups pairs by name, as first spelled when case does not count. */
function grouped(pairs: Iterable<readonly [string, string]>, foldCase: boolean): Map<string, string[]> {
  const spelling = new Map<string, string>();
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const key = foldCase ? name.toLowerCase() : name;
    const spelled = spelling.get(key) ?? name;
    spelling.set(key, spelled);
    const values = groups.get(spelled);
    if (values === undefined) groups.set(spelled, [value]);
    else values.push(value);
  }
  return groups;
}

/** `Object.fromEntries` makes own properties, so a name like `__proto__` is a name like any other. */
function lastValues(groups: Map<string, string[]>): Values {
  return Object.fromEntries([...groups].map(([name, values]) => [name, values.at(-1) ?? '']));
}

function* headerPairs(request: IncomingMessage): Iterable<readonly [string, string]> {
  const raw = request.rawHeaders;
  const forwarded: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2);
    const lower = name.toLowerCase();
    if (lower === 'x-forwarded-for') forwarded.push(value);
    // Hop-by-hop headers end at API Gateway: they are not in events seen in public.
    else if (lower !== 'connection' && lower !== 'upgrade') yield [name, value];
  }
  yield ['X-Forwarded-For', [...forwarded, request.socket.remoteAddress ?? ''].join(', ')];
  yield ['X-Forwarded-Port', String(request.socket.localPort ?? '')];
  yield ['X-Forwarded-Proto', 'http'];
}

/** Reads the input that the authorizer and `$connect` get, and no later event. */
export function handshakeInput(request: IncomingMessage): HandshakeInput {
  const headers = grouped(headerPairs(request), true);
  const url = request.url ?? '';
  const mark = url.indexOf('?');
  const query = grouped(new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)), false);
  return {
    headers: lastValues(headers),
    multiValueHeaders: Object.fromEntries(headers),
    ...(query.size === 0
      ? {}
      : {
          queryStringParameters: lastValues(query),
          multiValueQueryStringParameters: Object.fromEntries(query),
        }),
  };
}
