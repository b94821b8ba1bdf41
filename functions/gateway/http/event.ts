import type { APIGatewayProxyEventV2 } from 'aws-lambda';

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
    if (isAdmin.test(`${rawPath}\n${sent}`) && sent.split('?')[0] !== rawPath) return undefined;
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Whether one of two lines is a path of the admin API. */
const isAdmin = /^\/admin\//mu;

/**
 * Adapts the event for Hono's Lambda adapter:
 * - The adapter pastes `rawPath` into a URL, where `#`, `%`, `..` and others would be syntax. So the parts are encoded.
 *   A path that cannot be a route becomes the root, which is none either.
 * - The adapter logs a GET with a body as a broken request. So the body is left out.
 */
export function adaptEvent({ body, ...event }: APIGatewayProxyEventV2): APIGatewayProxyEventV2 {
  const parts = pathOf(event);
  const isRoute = parts && !parts.includes('.') && !parts.includes('..');
  const rawPath = isRoute ? parts.map(encodeURIComponent).join('/') : '/';
  const withBody = body !== undefined && !bodyless.has(event.requestContext.http.method);
  return { ...event, ...(withBody && { body }), rawPath };
}
