import type { IncomingMessage } from 'node:http';
import { account } from '../account.ts';
import { requestTime } from '../gateway/lambda-event.ts';
import type { ChosenRoute } from './choose-route.ts';
import type { HttpRoutes } from './http-routes.ts';

/** A request as a route is chosen by it. */
export interface HttpTarget {
  /** Decoded. */
  readonly path: string;
  /** As it was sent. */
  readonly query: string;
}

/**
 * Path and query of a request's URL. An HTTP API hands the path on decoded, and cuts it at a `?` that this brings out
 * (seen in hotsock/voker pull request 8 and middleapi/standard-server pull request 93).
 */
export function targetOf(url: string): HttpTarget {
  const mark = url.indexOf('?');
  const raw = mark < 0 ? url : url.slice(0, mark);
  return { path: decoded(raw).split('?')[0] ?? '', query: mark < 0 ? '' : url.slice(mark + 1) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** What ends at API Gateway, and what it writes itself. */
const notHandedOn =
  /^(connection|keep-alive|proxy-connection|te|transfer-encoding|upgrade|cookie|x-forwarded-.*)$/;

function headersOf(request: IncomingMessage): Record<string, string> {
  const { headers, socket } = request;
  const kept = Object.entries(request.headersDistinct).filter(([name]) => !notHandedOn.test(name));
  const forwarded = [headers['x-forwarded-for'] ?? [], socket.remoteAddress ?? ''].flat();
  return {
    ...Object.fromEntries(kept.map(([name, values = []]) => [name, values.join(',')])),
    'x-forwarded-for': forwarded.join(', '),
    'x-forwarded-port': String(socket.localPort ?? ''),
    'x-forwarded-proto': 'http',
  };
}

function cookiesOf({ headers }: IncomingMessage): string[] {
  return (headers.cookie ?? '')
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '');
}

/** Texts go as they are, and bytes, a form among them, in base64 (seen in events of HTTP APIs in public). */
const isText = (type: string | undefined): boolean =>
  /^(text\/|application\/(json|javascript|xml)\b|application\/[\w.-]+\+(json|xml)\b)/i.test(type ?? '');

function bodyOf(body: Buffer, type: string | undefined): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const isBase64Encoded = !isText(type);
  return { body: body.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
}

/** Of a name that is repeated, the values are joined by commas. */
function queryOf(query: string): Record<string, string> {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) {
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.join(',')]));
}

const unlessEmpty = <T extends object>(name: string, value: T) =>
  Object.keys(value).length > 0 ? { [name]: value } : {};

/** The event for a function. AWS: "Create AWS Lambda proxy integrations for HTTP APIs", payload format 2.0. */
export function httpEvent(
  request: IncomingMessage,
  { path, query }: HttpTarget,
  body: Buffer,
  { route, parameters }: ChosenRoute,
  { apiId, stage }: HttpRoutes,
  { now, requestId }: { readonly now: number; readonly requestId: string },
) {
  const domainName = (request.headers.host ?? '').replace(/:\d+$/, '');
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath: path,
    rawQueryString: query,
    ...unlessEmpty('cookies', cookiesOf(request)),
    headers: headersOf(request),
    ...unlessEmpty('queryStringParameters', queryOf(query)),
    requestContext: {
      accountId: account.id,
      apiId,
      domainName,
      domainPrefix: domainName.split('.')[0] ?? '',
      http: {
        method: request.method ?? '',
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: route.key,
      stage,
      time: requestTime(now),
      timeEpoch: now,
    },
    ...unlessEmpty('pathParameters', parameters),
    ...bodyOf(body, request.headers['content-type']),
  };
}
