import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2, Context } from 'aws-lambda';
import { handle } from 'hono/aws-lambda';
import { roomLimits, tokenContext } from './gateway/context.ts';
import { httpApp } from './gateway/http/app.ts';
import { cognitoSignIn } from './gateway/http/login.ts';
import { invocationError, logFault, once, required } from './gateway/runtime.ts';

type Handle = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyResultV2>;

const app = once(() => {
  const client = process.env['USER_POOL_CLIENT'];
  const origins = required('ALLOWED_ORIGINS').split(',');
  return handle(
    httpApp({
      ...tokenContext(),
      roomLimits: roomLimits(),
      origins,
      edgeKey: process.env['EDGE_KEY'],
      signIn: client ? cognitoSignIn(client) : null,
    }),
  ) as Handle;
});

const bodyless = new Set(['GET', 'HEAD']);

/** A path that names a room, without its last slash. */
const maybeCut = /^\/api\/chats\/.*[^/]$/su;

/**
 * Returns the decoded parts of a request's path, or undefined if it is malformed. API Gateway decodes `rawPath`, so that a
 * `/` in an id separates parts, and cuts it at a `?` (seen in hotsock/voker pull request 8). So the edge sends the path
 * as a header (`lib/edge/keep-path.js`). A request without it must end in a slash, which a path that was cut has lost.
 */
function pathOf({ rawPath, headers }: APIGatewayProxyEventV2): readonly string[] | undefined {
  const path = headers['x-parley-path'];
  if (path === undefined) return maybeCut.test(rawPath) ? undefined : rawPath.split('/');
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/**
 * Adapts the event for Hono's Lambda adapter:
 * - The adapter pastes `rawPath` into a URL, where `#`, `%`, `..` and others would be syntax. So the parts are encoded. A
 *   path that cannot be a route becomes the root, which is none either.
 * - The adapter logs a GET with a body as a broken request. So the body is left out.
 */
function adapted({ body, ...event }: APIGatewayProxyEventV2): APIGatewayProxyEventV2 {
  const parts = pathOf(event);
  const isRoute = parts && !parts.includes('.') && !parts.includes('..');
  const rawPath = isRoute ? parts.map(encodeURIComponent).join('/') : '/';
  const withBody = body !== undefined && !bodyless.has(event.requestContext.http.method);
  return { ...event, ...(withBody && { body }), rawPath };
}

/** Answers a request to the HTTP API, in payload format 2.0. */
export async function handler(
  event: APIGatewayProxyEventV2,
  context: Context,
): Promise<APIGatewayProxyResultV2> {
  try {
    return await app()(adapted(event), context);
  } catch (error) {
    logFault('http', error, context.awsRequestId);
    throw invocationError('Request not answered: see the log of this request.');
  }
}
