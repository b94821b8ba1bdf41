import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2, Context } from 'aws-lambda';
import { handle } from 'hono/aws-lambda';
import { directory, edgeKey, roomLimits, sessionCookie, tokenContext } from './gateway/context.ts';
import { httpApp } from './gateway/http/app.ts';
import { adaptEvent } from './gateway/http/event.ts';
import { readLoginOptions } from './gateway/http/login-options.ts';
import { cognitoLogin } from './gateway/http/password-login.ts';
import { invocationError, logFault, once, required } from './gateway/runtime.ts';

type Handle = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyResultV2>;

const app = once(() => {
  const client = process.env['USER_POOL_CLIENT'];
  const origins = required('ALLOWED_ORIGINS').split(',');
  return handle(
    httpApp({
      ...tokenContext(),
      roomLimits: roomLimits(),
      directory: directory(),
      origins,
      edgeKey: edgeKey(),
      sessionCookie: sessionCookie(),
      passwordLogin: client ? cognitoLogin(client) : null,
      loginOptions: readLoginOptions(process.env['LOGIN']),
    }),
  ) as Handle;
});

/** Answers a request to the HTTP API, in payload format 2.0. */
export async function handler(
  event: APIGatewayProxyEventV2,
  context: Context,
): Promise<APIGatewayProxyResultV2> {
  try {
    return await app()(adaptEvent(event), context);
  } catch (error) {
    logFault('http', error, context.awsRequestId);
    throw invocationError('Request not answered: see the log of this request.');
  }
}
