import type { APIGatewayProxyResult, APIGatewayProxyWebsocketEventV2, Context } from 'aws-lambda';
import {
  type EventHeaders,
  joinedHeaders,
  offeredSubprotocols,
  TOKEN_SUBPROTOCOL,
} from './auth/credential.ts';
import { connect } from './connections/lifecycle.ts';
import { ChatError } from './domain/errors.ts';
import { chatStatuses } from './gateway/chat-statuses.ts';
import { database, directory, invokeFunction } from './gateway/context.ts';
import { countRefusal } from './gateway/metrics.ts';
import { invocationError, limitRetries, logFault, required } from './gateway/runtime.ts';
import { sessionOf } from './gateway/session.ts';

/** Only `$connect` events have the headers of the upgrade request. */
type ConnectEvent = APIGatewayProxyWebsocketEventV2 & EventHeaders;

/**
 * Answers an upgrade request that the authorizer allowed. If the client offered subprotocols, the answer must choose
 * one, or a browser closes the connection. It never chooses the token, which clients offer as a second subprotocol.
 */
export async function handler(event: ConnectEvent, context?: Context): Promise<APIGatewayProxyResult> {
  limitRetries(context);
  const { requestContext } = event;
  const onFault = (error: unknown) => logFault('connect', error, requestContext.requestId);
  const parts = { db: database(), now: Date.now, isListed: directory() === 'everyone', onFault };
  try {
    await connect(sessionOf(requestContext), parts, (session) =>
      invokeFunction(required('WELCOME_FUNCTION'), session),
    );
  } catch (error) {
    if (error instanceof ChatError) {
      countRefusal(error.code);
      // API Gateway refuses the handshake with this status.
      return { statusCode: chatStatuses[error.code], body: '' };
    }
    onFault(error);
    throw invocationError('Connection not opened: see the log of this request.');
  }
  const offered = offeredSubprotocols(joinedHeaders(event)).includes(TOKEN_SUBPROTOCOL);
  return {
    statusCode: 200,
    body: '',
    ...(offered && { headers: { 'Sec-WebSocket-Protocol': TOKEN_SUBPROTOCOL } }),
  };
}
