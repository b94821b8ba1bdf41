import type { APIGatewayProxyResult, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { disconnect } from './connections/lifecycle.ts';
import { postingContext } from './gateway/context.ts';
import { logFault } from './gateway/runtime.ts';
import { principalIn } from './gateway/session.ts';

type DisconnectEvent = APIGatewayProxyWebsocketEventV2 & {
  readonly requestContext: { readonly authorizer?: { readonly principalId?: string } };
};

/**
 * Removes a closed connection. API Gateway ignores the answer. The next post to the connection, or the expiry of its
 * row, removes what this invocation could not.
 */
export async function handler({ requestContext }: DisconnectEvent): Promise<APIGatewayProxyResult> {
  const { connectionId, authorizer, requestId } = requestContext;
  try {
    const user = principalIn(authorizer);
    if (user) await disconnect({ user, id: connectionId }, postingContext());
  } catch (error) {
    logFault('disconnect', error, requestId);
  }
  return { statusCode: 200, body: '' };
}
