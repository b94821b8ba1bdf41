import type { APIGatewayProxyResult, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { type Headers, offeredSubprotocols, TOKEN_SUBPROTOCOL } from '../auth/credential.ts';
import { connect } from '../connections/lifecycle.ts';
import { database, invokeFunction } from './context.ts';
import { invocationError, logFault, required } from './runtime.ts';
import { sessionOf } from './session.ts';

/** `$connect` alone has the upgrade request's headers. */
export type ConnectEvent = APIGatewayProxyWebsocketEventV2 & { readonly headers?: Headers };

/**
 * Answers an upgrade request that the authorizer let through. A client that offered subprotocols must be told one of
 * them, else a browser drops the connection; the token beside it is never echoed.
 */
export async function acceptConnection(event: ConnectEvent): Promise<APIGatewayProxyResult> {
  try {
    const session = sessionOf(event.requestContext);
    await connect(session, { db: database(), now: Date.now }, (to) =>
      invokeFunction(required('WELCOME_FUNCTION'), to),
    );
  } catch (error) {
    logFault('connect', error, event.requestContext.requestId);
    throw invocationError('Connection not opened: see the log of this request');
  }
  const offered = offeredSubprotocols(event.headers ?? {}).includes(TOKEN_SUBPROTOCOL);
  return {
    statusCode: 200,
    body: '',
    ...(offered && { headers: { 'Sec-WebSocket-Protocol': TOKEN_SUBPROTOCOL } }),
  };
}
