import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2, Context } from 'aws-lambda';
import { handle } from 'hono/aws-lambda';
import { invocationError, logFault, once } from '../runtime.ts';
import { httpApp } from './app.ts';
import { httpContext } from './context.ts';

type Handle = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyResultV2>;

const serve = once(() => handle(httpApp(httpContext())) as Handle);

const bodyless = new Set(['GET', 'HEAD']);

/**
 * The event as Hono's adapter can read it. An HTTP API hands `rawPath` on decoded, and the adapter pastes it into a
 * URL, where a `#` or `%` of a room's id would be read as syntax (seen in middleapi/standard-server pull request 93).
 * A body of a GET, which nobody reads, would make it log the request as broken.
 */
function readable({ body, ...event }: APIGatewayProxyEventV2): APIGatewayProxyEventV2 {
  const rawPath = event.rawPath.split('/').map(encodeURIComponent).join('/');
  const kept = bodyless.has(event.requestContext.http.method) || body === undefined ? {} : { body };
  return { ...event, ...kept, rawPath };
}

/** Answers an event of the HTTP API, in payload format 2.0. */
export async function serveHttp(
  event: APIGatewayProxyEventV2,
  context: Context,
): Promise<APIGatewayProxyResultV2> {
  try {
    return await serve()(readable(event), context);
  } catch (error) {
    logFault('http', error, context.awsRequestId);
    throw invocationError('Request not answered: see the log of this request');
  }
}
