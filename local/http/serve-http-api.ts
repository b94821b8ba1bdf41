import type { IncomingMessage, ServerResponse } from 'node:http';
import { localArn } from '../account.ts';
import type { HttpRoute, HttpRoutes } from '../api-routes.ts';
import type { GatewayOptions } from '../gateway/gateway-state.ts';
import { integrate } from '../gateway/integration.ts';
import type { TokenBucket } from '../gateway/limits.ts';
import { requestId } from '../gateway/rejection.ts';
import { readBodyUpTo } from '../http-server.ts';
import { isObject } from '../object.ts';
import { httpEvent, readTarget } from './http-event.ts';
import type { Authorize } from './iam-authorization.ts';

export interface HttpApiOptions extends Pick<GatewayOptions, 'invoke' | 'clock'> {
  /** Returns the deployed API, or null before the first deployment. Called for each request. */
  readonly api: () => HttpRoutes | null;
  /** The account's request rate, which sockets and `@connections` share. */
  readonly requests: TokenBucket;
  /** Authorizes requests to routes with the authorization AWS_IAM. */
  readonly authorize: Authorize;
}

/** A route that matches a request, and the values of its path variables. */
export interface RouteMatch {
  readonly route: HttpRoute;
  readonly parameters: Readonly<Record<string, string>>;
}

interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** The payload quota of HTTP APIs (AWS: "Amazon API Gateway quotas"). */
const maxBodyBytes = 10 * 1024 * 1024;
const integrationMs = 30_000;

/** Serves one request as an HTTP API of API Gateway. */
export async function serveHttpApi(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpApiOptions,
): Promise<void> {
  const id = requestId();
  writeAnswer(response, await answer(request, id, options), id);
}

async function answer(request: IncomingMessage, id: string, options: HttpApiOptions): Promise<HttpAnswer> {
  const { clock, requests } = options;
  const body = await readBodyUpTo(request, maxBodyBytes);
  const api = options.api();
  const target = readTarget(request.url ?? '/');
  const match = chooseRoute(api?.routes ?? [], request.method ?? '', target.path);
  if (api === null || match === undefined) return jsonAnswer(404, { message: 'Not Found' });
  if (!requests.take()) return jsonAnswer(429, { message: 'Too Many Requests' });
  if (body === undefined) return jsonAnswer(413, { message: 'Request Entity Too Large' });
  const { authorization, functionName } = match.route;
  const resource = `${api.apiId}/${api.stage}/${request.method}${target.path}`;
  const iam = authorization && options.authorize(request, body, localArn('execute-api', resource));
  // An HTTP API does not say whether the signature or the grant is wrong or missing.
  if (authorization && !iam) return jsonAnswer(403, { message: 'Forbidden' });
  const event = httpEvent(request, target, body, match, api, { now: clock.now(), requestId: id, iam });
  const outcome = await integrate(options, integrationMs, functionName, event);
  if (outcome.kind === 'timed out') return jsonAnswer(503, { message: 'Service Unavailable' });
  const result = outcome.kind === 'returned' ? readResult(outcome.result) : undefined;
  return result ?? jsonAnswer(500, { message: 'Internal Server Error' });
}

/**
 * Returns the most specific route for a method and a decoded path, or undefined if none matches.
 * Full matches come first, then greedy ones, then `$default` (AWS: "Create routes for HTTP APIs").
 */
export function chooseRoute(
  routes: readonly HttpRoute[],
  method: string,
  path: string,
): RouteMatch | undefined {
  const matches = routes.flatMap((route) => matchRoute(route, method, path) ?? []);
  return matches.toSorted((a, b) => a.rank - b.rank)[0];
}

/** Matches one route. A lower rank is more specific. */
function matchRoute(
  route: HttpRoute,
  method: string,
  path: string,
): (RouteMatch & { readonly rank: number }) | undefined {
  if (route.key === '$default') return { route, parameters: {}, rank: 1_000 };
  const [routeMethod = '', pattern = ''] = route.key.split(' ');
  if (routeMethod !== 'ANY' && routeMethod !== method) return undefined;
  const parameters = matchPath(pattern, path);
  if (parameters === undefined) return undefined;
  const variables = Object.keys(parameters).length;
  const rank = (pattern.includes('+}') ? 100 : 0) + variables * 2 + Number(routeMethod === 'ANY');
  return { route, parameters, rank };
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const source = pattern
    .split(/(\{[^}]+\})/)
    .map((part) => {
      if (/^\{[^}]+\+\}$/.test(part)) return '(.+)';
      return part.startsWith('{') ? '([^/]+)' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    })
    .join('');
  const found = new RegExp(`^${source}$`, 's').exec(path);
  if (found === null) return undefined;
  const names = [...pattern.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? '']));
}

function jsonAnswer(status: number, body: unknown): HttpAnswer {
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '');
  return { status, headers: { 'content-type': 'application/json' }, cookies: [], body: Buffer.from(text) };
}

/**
 * Reads a function's result. Returns undefined if it is malformed. AWS: "Create AWS Lambda proxy integrations for HTTP
 * APIs", on the response of format 2.0: a result without `statusCode` is itself the body of a 200 in JSON.
 */
function readResult(result: unknown): HttpAnswer | undefined {
  if (!isObject(result) || result['statusCode'] === undefined) return jsonAnswer(200, result);
  const status = Number(result['statusCode']);
  const { body = '', cookies = [], headers = {} } = result;
  const wellFormed = Number.isInteger(status) && status >= 100 && status <= 599 && typeof body === 'string';
  if (!wellFormed || !Array.isArray(cookies) || !isObject(headers)) return undefined;
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...Object.fromEntries(entries) },
    cookies: cookies.map(String),
    body: Buffer.from(body, result['isBase64Encoded'] === true ? 'base64' : 'utf8'),
  };
}

/** API Gateway sets these headers itself and ignores those of a function. */
const gatewayHeaders = new Set(['connection', 'content-length', 'transfer-encoding']);

function writeAnswer(response: ServerResponse, answer: HttpAnswer, requestId: string): void {
  const headers = Object.entries(answer.headers).filter(([name]) => !gatewayHeaders.has(name));
  const bodyless = answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, {
    ...Object.fromEntries(headers),
    ...(answer.cookies.length > 0 && { 'set-cookie': [...answer.cookies] }),
    ...(!bodyless && { 'content-length': answer.body.length }),
    'apigw-requestid': requestId,
  });
  response.end(answer.body);
}
