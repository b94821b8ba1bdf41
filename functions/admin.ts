import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2, Context } from 'aws-lambda';
import { handle } from 'hono/aws-lambda';
import { adminApp } from './gateway/admin/app.ts';
import { commandContext } from './gateway/context.ts';
import { adaptEvent } from './gateway/http/event.ts';
import { invocationError, logFault, once } from './gateway/runtime.ts';

type Handle = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyResultV2>;

const app = once(() => handle(adminApp(commandContext())) as Handle);

/** Answers a request to the admin API, in payload format 2.0. */
export async function handler(
  event: APIGatewayProxyEventV2,
  context: Context,
): Promise<APIGatewayProxyResultV2> {
  try {
    return await app()(adaptEvent(event), context);
  } catch (error) {
    logFault('admin', error, context.awsRequestId);
    throw invocationError('Request not answered: see the log of this request.');
  }
}
