import type { SocketApi } from '../api-routes.ts';
import type { Connection } from './connection.ts';
import { type GatewayState, track } from './gateway-state.ts';
import { failedRoute, integrate, messageEvent, resultStatus } from './integration.ts';
import { requestId } from './rejection.ts';

/**
 * Calls the function of a text message's route and does not wait for it, because API Gateway handles the messages of
 * a connection concurrently and in any order. The client does not get the function's result, because no route has a
 * route response. It gets an error frame if the function fails, and the socket stays open.
 */
export function handleMessage(state: GatewayState, connection: Connection, body: string): void {
  const { options } = state;
  const now = options.clock.now();
  connection.lastActiveAt = now;
  const id = requestId();
  // AWS documents the throttle, but not the frame that the client gets. The text of the frame is unconfirmed.
  if (!state.requests.take()) {
    sendError(connection, 'Too Many Requests', id);
    return;
  }
  const api = options.api();
  const key = routeKey(api, body);
  const functionName = key === undefined ? undefined : api.routes.get(key);
  if (key === undefined || functionName === undefined) {
    sendError(connection, 'Forbidden', id);
    return;
  }
  const event = messageEvent(api, connection.peer, { routeKey: key, body, requestId: id }, now);
  const call = integrate(options, state.limits.integrationMs, functionName, event).then((outcome) => {
    if (outcome.kind === 'returned' && resultStatus(outcome.result) !== undefined) return;
    options.log(failedRoute(key, functionName, outcome.kind));
    sendError(connection, 'Internal server error', id);
  });
  track(state, call);
}

/** Sends API Gateway's error frame, with spaces where AWS has them. */
function sendError({ open, peer, socket }: Connection, message: string, id: string): void {
  if (!open) return;
  socket.send(`{"message": "${message}", "connectionId":"${peer.connectionId}", "requestId":"${id}"}`);
}

/**
 * Returns the route key of a text frame: the value that the selection expression reads if a route has that key, else
 * `$default`, or undefined if the API has no `$default` route. A client cannot select `$connect` or `$disconnect`:
 * such a frame goes to `$default`.
 */
export function routeKey(
  api: Pick<SocketApi, 'routes' | 'routeSelectionExpression'>,
  body: string,
): string | undefined {
  const path = bodyPath(api.routeSelectionExpression);
  const key = path && valueAt(parseJson(body), path);
  if (typeof key === 'string' && !key.startsWith('$') && api.routes.has(key)) return key;
  return api.routes.has('$default') ? '$default' : undefined;
}

// Matches `$request.body.{path}` or `${request.body.{path}}` (AWS: "Working with routes for WebSocket APIs").
const bodyExpression = /^\$(?:request\.body\.([\w.-]+)|\{request\.body\.([\w.-]+)\})$/;

/** Returns the body path in a route selection expression, or undefined if it does not read the body. */
function bodyPath(expression: string): readonly string[] | undefined {
  const match = bodyExpression.exec(expression);
  return (match?.[1] ?? match?.[2])?.split('.');
}

function valueAt(body: unknown, path: readonly string[]): unknown {
  let value = body;
  for (const name of path) {
    // Own properties only: to API Gateway, `__proto__` and `constructor` are ordinary names.
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
