import type { IncomingMessage } from 'node:http';
import { account } from '../account.ts';
import type { HttpRoutes } from '../api-routes.ts';
import { requestTime } from '../gateway/integration.ts';
import type { IamIdentity } from './iam-authorization.ts';
import type { RouteMatch } from './serve-http-api.ts';

export interface HttpTarget {
  /** Decoded. */
  readonly path: string;
  /** As sent. */
  readonly query: string;
}

/**
 * Returns path and query of a request's URL. An HTTP API decodes the path, and truncates it at a decoded `?` (seen in
 * hotsock/voker#8 and middleapi/standard-server#93).
 */
export function readTarget(url: string): HttpTarget {
  const mark = url.indexOf('?');
  const raw = mark < 0 ? url : url.slice(0, mark);
  return { path: decode(raw).split('?')[0] ?? '', query: mark < 0 ? '' : url.slice(mark + 1) };
}

/** Decodes percent-encoded text. Returns malformed text as it is. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Headers that API Gateway removes or sets itself. */
const notForwarded =
  /^(connection|keep-alive|proxy-connection|te|transfer-encoding|upgrade|cookie|x-forwarded-.*)$/;

function headersOf({ headers, headersDistinct, socket }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headersDistinct).filter(([name]) => !notForwarded.test(name));
  return {
    ...Object.fromEntries(kept.map(([name, values = []]) => [name, values.join(',')])),
    'x-forwarded-for': [headers['x-forwarded-for'] ?? [], socket.remoteAddress ?? ''].flat().join(', '),
    'x-forwarded-port': String(socket.localPort ?? ''),
    'x-forwarded-proto': 'http',
  };
}

function cookiesOf({ headers }: IncomingMessage): string[] {
  const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  return cookies.filter((cookie) => cookie !== '');
}

/** API Gateway sends these types as text. It encodes all others, even forms, in base64 (seen in public events). */
const textTypes = /^(text\/|application\/(json|javascript|xml)\b|application\/[\w.-]+\+(json|xml)\b)/i;

function bodyOf(body: Buffer, type = ''): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const isBase64Encoded = !textTypes.test(type);
  return { body: body.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
}

/** Joins the values of a repeated name with commas. */
function queryOf(query: string): Record<string, string> {
  const groups = Map.groupBy(new URLSearchParams(query), ([name]) => name);
  return Object.fromEntries(
    [...groups].map(([name, group]) => [name, group.map(([, value]) => value).join()]),
  );
}

const unlessEmpty = <T extends object>(name: string, value: T) =>
  Object.keys(value).length > 0 ? { [name]: value } : {};

interface EventOptions {
  readonly now: number;
  readonly requestId: string;
  /** The caller of a route with the authorization AWS_IAM. */
  readonly iam?: IamIdentity | undefined;
}

/** Returns a function's event in payload format 2.0 (AWS: "Create AWS Lambda proxy integrations for HTTP APIs"). */
export function httpEvent(
  request: IncomingMessage,
  { path, query }: HttpTarget,
  body: Buffer,
  { route, parameters }: RouteMatch,
  { apiId, stage }: HttpRoutes,
  { now, requestId, iam }: EventOptions,
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
      ...(iam && { authorizer: { iam } }),
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
