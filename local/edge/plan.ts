import type { IncomingMessage } from 'node:http';
import { matchesWildcard } from '../iam/statement.ts';
import type { Behavior, Distribution } from './distribution.ts';
import { type Rewrite, readRewrite, viewerEvent } from './edge-function.ts';
import type { Destination } from './forward.ts';
import type { EdgeState } from './open-edge.ts';

/** How the edge handles a viewer's request. */
type Plan =
  | { readonly kind: 'reject'; readonly status: number; readonly why: string }
  | Extract<Rewrite, { readonly kind: 'answer' }>
  | { readonly kind: 'forward'; readonly destination: Destination };

const reject = (status: number, why: string) => ({ kind: 'reject', status, why }) as const;

/** Decides how to handle a request, and runs the behavior's function. `id` is the request's id. */
export function planRequest(state: EdgeState, request: IncomingMessage, id: string): Plan {
  const { options, limits } = state;
  const distribution = options.distribution();
  if (distribution === null) return reject(503, 'Nothing is deployed here yet.');
  const tooLong = checkLength(request, limits);
  if (tooLong !== null) return reject(413, tooLong);
  const target = request.url ?? '';
  const behavior = chooseBehavior(distribution, target.split('?', 1)[0] ?? '');
  if (behavior === null) return reject(400, 'Bad request.');
  if (!behavior.methods.has(request.method ?? '')) {
    return reject(403, 'The distribution is not configured to allow this HTTP request method.');
  }
  // CloudFront refuses GET requests that have a body (AWS: "GET requests that include a body").
  if (request.method === 'GET' && hasBody(request)) return reject(403, 'A GET request must not have a body.');
  const rewrite = runFunction(state, request, id, { distribution, behavior, target });
  if (rewrite.kind !== 'target') return rewrite;
  const url = options.originUrl(behavior.origin.domainName);
  if (url === undefined) return reject(502, 'The local stack does not run this origin.');
  const originTarget = targetAtOrigin(rewrite.target, behavior, distribution);
  const via = `1.1 ${distribution.domainName} (CloudFront)`;
  const { errorSeconds } = distribution;
  const { headers } = rewrite;
  return {
    kind: 'forward',
    destination: { behavior, target: originTarget, headers, url, via, errorSeconds },
  };
}

/**
 * Returns the first behavior whose pattern matches the path, or null for a target that is not a path. Dot segments
 * are resolved for the match only (AWS: "Path pattern", on normalization).
 */
export function chooseBehavior({ behaviors }: Distribution, path: string): Behavior | null {
  const normalized = path.startsWith('/') ? URL.parse(`http://edge${path}`)?.pathname : undefined;
  if (normalized === undefined) return null;
  return behaviors.find(({ pathPattern }) => matchesPath(pathPattern, normalized)) ?? null;
}

/** Whether a path matches: `*` is any text, `?` one character, a leading slash optional (AWS: "Path pattern"). */
export function matchesPath(pathPattern: string, path: string): boolean {
  if (pathPattern === '*') return true;
  return matchesWildcard(pathPattern.startsWith('/') ? pathPattern : `/${pathPattern}`, path);
}

interface Chosen {
  readonly distribution: Distribution;
  readonly behavior: Behavior;
  readonly target: string;
}

function runFunction(
  state: EdgeState,
  request: IncomingMessage,
  requestId: string,
  { behavior, distribution, target }: Chosen,
): Rewrite | Extract<Plan, { readonly kind: 'reject' }> {
  const { viewerRequest } = behavior;
  if (viewerRequest === null) return { kind: 'target', target, headers: new Map() };
  const event = viewerEvent(request, target, { domainName: distribution.domainName, requestId });
  // CloudFront answers 503 if a function throws (AWS: "HTTP 503 status code"), and 502 if its result is invalid.
  let status = 503;
  try {
    const result = state.runFunction(viewerRequest, event);
    status = 502;
    return readRewrite(result, event);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    state.options.log(`Edge function ${viewerRequest.name} failed: ${why}. Correct it in lib/edge.`);
    return reject(status, 'The edge function failed.');
  }
}

function targetAtOrigin(target: string, { passesViewer }: Behavior, { rootPath }: Distribution): string {
  const [path = '', ...query] = target.split('?');
  const object = path === '/' && rootPath !== null ? rootPath : path;
  const atOrigin = passesViewer && query.length > 0 ? `${object}?${query.join('?')}` : object;
  // A function may return characters that Node does not send. Percent-encoded, they mean the same.
  return atOrigin.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent);
}

function checkLength(
  { method = '', url = '', rawHeaders, headers }: IncomingMessage,
  limits: EdgeState['limits'],
): string | null {
  if (`http://${headers.host ?? ''}${url}`.length > limits.urlBytes) return 'The URL is too long.';
  // Each header name and each value has 2 more bytes: a colon and a space, or a line end.
  const headerBytes = rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
  const bytes = `${method} ${url} HTTP/1.1\r\n\r\n`.length + headerBytes;
  return bytes > limits.requestBytes ? 'The request is too long.' : null;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
