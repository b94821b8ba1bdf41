import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { requestId } from '../gateway/request-id.ts';
import type { TokenBucket } from '../gateway/token-bucket.ts';
import { chooseRoute } from './choose-route.ts';
import { answerOf, type HttpAnswer, ownAnswer, writeAnswer } from './http-answer.ts';
import { httpEvent, targetOf } from './http-event.ts';
import type { HttpRoutes } from './http-routes.ts';

/** What the HTTP API is handed. */
export interface HttpApiOptions {
  /** Asked at each request, so that a reloaded template acts at once; null before the first deployment. */
  readonly api: () => HttpRoutes | null;
  /** Runs a function with an event; rejects when it throws or may not be invoked. */
  readonly invoke: (functionName: string, event: unknown) => Promise<unknown>;
  /** The account's requests, which sockets and `@connections` take from too. */
  readonly requests: TokenBucket;
  readonly clock: Clock;
}

/** AWS: "Amazon API Gateway quotas" for HTTP APIs. */
const maxBodyBytes = 10 * 1024 * 1024;
const integrationMs = 30_000;

/** Serves one request as an HTTP API of API Gateway does. */
export async function serveHttpApi(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpApiOptions,
): Promise<void> {
  const id = requestId();
  writeAnswer(response, await answer(request, id, options), id);
}

async function answer(request: IncomingMessage, id: string, options: HttpApiOptions): Promise<HttpAnswer> {
  const { api, clock, requests } = options;
  const body = await readUpTo(request, maxBodyBytes);
  const deployed = api();
  const target = targetOf(request.url ?? '/');
  const chosen = chooseRoute(deployed?.routes ?? [], request.method ?? '', target.path);
  if (deployed === null || chosen === undefined) return ownAnswer(404, 'Not Found');
  if (!requests.take()) return ownAnswer(429, 'Too Many Requests');
  if (body === undefined) return ownAnswer(413, 'Request Entity Too Large');
  const event = httpEvent(request, target, body, chosen, deployed, { now: clock.now(), requestId: id });
  return integrate(chosen.route.functionName, event, options);
}

/** Never rejects: a function that fails is a 500, one that is too slow a 503. */
function integrate(
  functionName: string,
  event: unknown,
  { clock, invoke }: HttpApiOptions,
): Promise<HttpAnswer> {
  const failed = ownAnswer(500, 'Internal Server Error');
  return new Promise((resolve) => {
    const cancel = clock.after(integrationMs, () => resolve(ownAnswer(503, 'Service Unavailable')));
    invoke(functionName, event)
      .then((result) => resolve(answerOf(result) ?? failed))
      .catch(() => resolve(failed))
      .finally(cancel);
  });
}

/** The whole body, or undefined where it has more than `limit` bytes; it is read to its end in any case. */
async function readUpTo(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= limit) chunks.push(bytes);
  }
  return size > limit ? undefined : Buffer.concat(chunks);
}
