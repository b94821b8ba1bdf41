import type { Connection } from './connection.ts';
import { type GatewayState, track } from './gateway-state.ts';
import { integrate, resultStatus } from './integration.ts';
import { messageEvent } from './lambda-event.ts';
import { requestId } from './request-id.ts';
import { routeKey } from './route-key.ts';

/** API Gateway's own error frame, with its blanks where AWS has them. */
function errorFrame(message: string, connectionId: string, id: string): string {
  return `{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${id}"}`;
}

function sendError(connection: Connection, message: string, id: string): void {
  if (connection.open) connection.socket.send(errorFrame(message, connection.peer.connectionId, id));
}

/**
 * Hands one text message to its route's function and does not wait: messages of one connection are
 * handled at the same time, and no order is promised. What the function returns is not sent, since
 * no route has a route response; only a failure reaches the client, and the socket stays open.
 */
export function handleMessage(state: GatewayState, connection: Connection, body: string): void {
  const { api, clock, log } = state.options;
  const now = clock.now();
  connection.lastActiveAt = now;
  const id = requestId();
  // 429 as a frame: AWS documents the throttle, not this frame, so its text is not confirmed.
  if (!state.requests.take()) {
    sendError(connection, 'Too Many Requests', id);
    return;
  }
  const current = api();
  const key = routeKey(current, body);
  const functionName = key === undefined ? undefined : current.routes.get(key);
  if (key === undefined || functionName === undefined) {
    sendError(connection, 'Forbidden', id);
    return;
  }
  const message = { routeKey: key, body, requestId: id };
  const event = messageEvent(current, connection.peer, connection.authorizer, message, now);
  const answered = integrate(state, functionName, event).then((outcome) => {
    if (outcome.kind === 'returned' && resultStatus(outcome.result) !== undefined) return;
    const why = outcome.kind === 'returned' ? 'returned no { statusCode }' : outcome.kind;
    log(`Route ${key} failed: ${functionName} ${why}; see its log`);
    sendError(connection, 'Internal server error', id);
  });
  track(state, answered);
}
