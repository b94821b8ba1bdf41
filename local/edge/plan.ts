import type { IncomingMessage } from 'node:http';
import { chooseBehavior } from './choose-behavior.ts';
import type { Behavior, Distribution } from './distribution.ts';
import type { EdgeState } from './edge-state.ts';
import type { Destination } from './forward.ts';
import { type Rewrite, readRewrite } from './rewrite.ts';
import { viewerEvent } from './viewer-event.ts';

/** What is to be done with a viewer's request. */
export type Plan =
  | { readonly kind: 'refuse'; readonly status: number; readonly why: string }
  | Extract<Rewrite, { readonly kind: 'answer' }>
  | { readonly kind: 'forward'; readonly destination: Destination };

const refusal = (status: number, why: string): Plan => ({ kind: 'refuse', status, why });

/** Decides by the distribution; `id` is the request's. Runs the behavior's function. */
export function plan(state: EdgeState, request: IncomingMessage, id: string): Plan {
  const { options, limits } = state;
  const distribution = options.distribution();
  if (distribution === null) return refusal(503, 'Nothing is deployed here yet.');
  const tooLong = lengthProblem(request, limits);
  if (tooLong !== null) return refusal(413, tooLong);
  const target = request.url ?? '';
  const behavior = chooseBehavior(distribution, target.split('?', 1)[0] ?? '');
  if (behavior === null) return refusal(400, 'Bad request.');
  if (!behavior.methods.has(request.method ?? '')) {
    return refusal(403, 'The distribution is not configured to allow this HTTP request method.');
  }
  // AWS: "GET requests that include a body".
  if (request.method === 'GET' && hasBody(request)) return refusal(403, 'A GET has no body.');
  const rewrite = runFunction(state, request, id, { distribution, behavior, target });
  if (rewrite.kind !== 'target') return rewrite;
  const url = options.originUrl(behavior.origin.domainName);
  if (url === undefined) return refusal(502, 'The origin is not run on this machine.');
  const sent = sentTarget(rewrite.target, behavior, distribution);
  const via = `1.1 ${distribution.domainName} (CloudFront)`;
  return { kind: 'forward', destination: { behavior, target: sent, url, via } };
}

interface Chosen {
  readonly distribution: Distribution;
  readonly behavior: Behavior;
  readonly target: string;
}

function runFunction(
  { run, options }: EdgeState,
  request: IncomingMessage,
  requestId: string,
  { behavior, distribution, target }: Chosen,
): Rewrite | Extract<Plan, { readonly kind: 'refuse' }> {
  const { viewerRequest } = behavior;
  if (viewerRequest === null) return { kind: 'target', target };
  const event = viewerEvent(request, target, { domainName: distribution.domainName, requestId });
  // AWS: "HTTP 503 status code (Function execution error)"; what fails its validation is a 502.
  let status = 503;
  try {
    const returned = run(viewerRequest, event);
    status = 502;
    return readRewrite(returned, event);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    options.log(`Edge function ${viewerRequest.name} failed: ${why}; correct it in lib/edge`);
    return { kind: 'refuse', status, why: 'The edge function failed.' };
  }
}

function sentTarget(target: string, { passesViewer }: Behavior, { rootPath }: Distribution): string {
  const [path = '', ...query] = target.split('?');
  const object = path === '/' && rootPath !== null ? rootPath : path;
  const sent = passesViewer && query.length > 0 ? `${object}?${query.join('?')}` : object;
  // A function may leave them so. Node sends no others; percent-encoded they mean the same.
  return sent.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent);
}

function lengthProblem(
  { method = '', url = '', rawHeaders, headers }: IncomingMessage,
  limits: { readonly urlBytes: number; readonly requestBytes: number },
): string | null {
  if (`http://${headers.host ?? ''}${url}`.length > limits.urlBytes) return 'The URL is too long.';
  // Of each header a colon and a space, or a line end, besides its name and its value.
  const headerBytes = rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
  const bytes = `${method} ${url} HTTP/1.1\r\n\r\n`.length + headerBytes;
  return bytes > limits.requestBytes ? 'The request is too long.' : null;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
