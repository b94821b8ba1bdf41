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

/**
 * Adapts the event for Hono's Lambda adapter:
 * - API Gateway decodes `rawPath`, and the adapter pastes it into a URL, where a `#` or `%` of a room id would be syntax
 *   (seen in middleapi/standard-server pull request 93). So it is encoded again.
 * - The adapter logs a GET with a body as a broken request. So the body is left out.
 */
function adapted({ body, ...event }: APIGatewayProxyEventV2): APIGatewayProxyEventV2 {
  const rawPath = event.rawPath.split('/').map(encodeURIComponent).join('/');
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
