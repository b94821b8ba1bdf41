import type { APIGatewayProxyResult, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { disconnect } from '../connections/lifecycle.ts';
import { postingContext } from './context.ts';
import { logFault } from './runtime.ts';

type DisconnectEvent = APIGatewayProxyWebsocketEventV2 & {
  readonly requestContext: { readonly authorizer?: { readonly principalId?: string } };
};

/** Nobody waits for this answer. What it fails to remove, the next post to the connection or its expiry does. */
export async function releaseConnection(event: DisconnectEvent): Promise<APIGatewayProxyResult> {
  const { connectionId, authorizer, requestId } = event.requestContext;
  try {
    const user = authorizer?.principalId;
    if (user) await disconnect({ user, id: connectionId }, postingContext());
  } catch (error) {
    logFault('disconnect', error, requestId);
  }
  return { statusCode: 200, body: '' };
}
