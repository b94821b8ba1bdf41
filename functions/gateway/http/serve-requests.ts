import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2, Context } from 'aws-lambda';
import type { Env, Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { invocationError, logFault, once } from '../runtime.ts';

const bodyless = new Set(['GET', 'HEAD']);

/** A path that names a room or a user, without its last slash. */
const maybeCut = /^\/(api\/chats|admin\/(rooms|users))\/.*[^/]$/su;

/**
 * Returns the decoded parts of a request's path, or undefined if it is malformed. API Gateway decodes `rawPath`, so
 * that a `/` in an id separates parts, and cuts it at a `?` (seen in hotsock/voker pull request 8). So the edge sends
 * the path as a header (`lib/edge/keep-path.js`). Without this header, the path must end in a slash: a path that was
 * cut has lost its last slash, unless a `/` came before the `?`. The event does not show that case, so `docs/limits.md`
 * tells clients to send the header.
 */
function pathOf({ rawPath, headers }: APIGatewayProxyEventV2): readonly string[] | undefined {
  const path = headers['x-parley-path'];
  if (path === undefined) return maybeCut.test(rawPath) ? undefined : rawPath.split('/');
  try {
    // IAM has authorized the path of the request, so the header must not name another one.
    const sent = decodeURIComponent(path);
    const isAdmin = rawPath.startsWith('/admin/') || sent.startsWith('/admin/');
    if (isAdmin && sent.split('?')[0] !== rawPath) return undefined;
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/**
 * Adapts the event for Hono's Lambda adapter:
 * - The adapter pastes `rawPath` into a URL, where `#`, `%`, `..` and others would be syntax. So the parts are encoded.
 *   A path that cannot be a route becomes the root, which is none either.
 * - The adapter logs a GET with a body as a broken request. So the body is left out.
 */
function adaptEvent({ body, ...event }: APIGatewayProxyEventV2): APIGatewayProxyEventV2 {
  const parts = pathOf(event);
  const isRoute = parts && !parts.includes('.') && !parts.includes('..');
  const rawPath = isRoute ? parts.map(encodeURIComponent).join('/') : '/';
  const withBody = body !== undefined && !bodyless.has(event.requestContext.http.method);
  return { ...event, ...(withBody && { body }), rawPath };
}

type Handle = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyResultV2>;

/**
 * Creates the Lambda handler of an app's routes, in payload format 2.0.
 * @param name the name of the function in its log
 * @param createApp called by the first request
 */
export function serveRequests<E extends Env>(name: string, createApp: () => Hono<E>): Handle {
  const app = once(() => handle(createApp()) as Handle);
  return async (event, context) => {
    try {
      return await app()(adaptEvent(event), context);
    } catch (error) {
      logFault(name, error, context.awsRequestId);
      throw invocationError('Request not answered: see the log of this request.');
    }
  };
}
