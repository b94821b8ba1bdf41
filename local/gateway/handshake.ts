import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { authorize } from './authorizer.ts';
import {
  type Accept,
  type AuthorizedPeer,
  type Peer,
  peerOf,
  sendDisconnect,
  type Upgrade,
} from './connection.ts';
import type { GatewayState } from './gateway-state.ts';
import { type HandshakeRequest, readHandshakeRequest } from './handshake-request.ts';
import { connectEvent, failedRoute, integrate, resultStatus } from './integration.ts';
import { type Rejection, rejection, rejectUpgrade, requestId } from './rejection.ts';

/**
 * Answers an upgrade request. The upgrade stays pending until the authorizer and the `$connect` function have
 * returned, and opens only on a 2xx. Until then, a post to the connection gets a 410.
 */
export async function handshake(state: GatewayState, upgrade: Upgrade, accept: Accept): Promise<void> {
  const { request, socket } = upgrade;
  const early = rejectEarly(state, request);
  if (early !== undefined) return rejectUpgrade(socket, early);
  const client = watchClient(socket);
  const opening = peerOf(request, state.options.clock);
  const { afterMs = 0, ...how } = state.options.opening?.(opening.connectionId) ?? {};
  state.pending.add(socket);
  state.opening.set(opening.connectionId, { peer: opening, ...how });
  try {
    const result = await admit(state, readHandshakeRequest(request), opening);
    if (result.kind === 'rejected') return rejectUpgrade(socket, result.rejection);
    const { peer, protocol } = result;
    if (afterMs > 0) await new Promise<void>((resume) => state.options.clock.after(afterMs, resume));
    if (client.hasLeft() || state.closing) {
      socket.destroy();
      return sendDisconnect(state, peer, { code: 1006 });
    }
    accept(upgrade, peer, protocol);
  } finally {
    state.pending.delete(socket);
    state.opening.delete(opening.connectionId);
    client.unwatch();
  }
}

/** Rejects requests that API Gateway rejects before it calls a function. */
function rejectEarly(state: GatewayState, request: IncomingMessage): Rejection | undefined {
  const { stage } = state.options.api();
  // Only a query string may follow the stage. API Gateway answers 403 to a longer path and to another stage.
  if ((request.url ?? '').split('?', 1)[0] !== `/${stage}`) {
    return rejection(403, 'ForbiddenException', 'Forbidden');
  }
  const key = request.headers['sec-websocket-key'] ?? '';
  const isWebSocket =
    request.method === 'GET' &&
    request.headers.upgrade?.toLowerCase() === 'websocket' &&
    request.headers['sec-websocket-version'] === '13' &&
    /^[+/0-9A-Za-z]{22}==$/.test(key);
  if (!isWebSocket) return rejection(400, 'BadRequestException', 'Bad Request');
  // An account may open 500 connections a second in a Region (AWS: "Amazon API Gateway quotas").
  if (!state.connects.take()) return rejection(429, 'TooManyRequestsException', 'Too Many Requests');
  return undefined;
}

type Admission =
  | { readonly kind: 'admitted'; readonly peer: AuthorizedPeer; readonly protocol: string | undefined }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

/** Runs the authorizer and the `$connect` function. */
async function admit(state: GatewayState, request: HandshakeRequest, peer: Peer): Promise<Admission> {
  const authorization = await authorize(state, peer, request);
  if (authorization.kind === 'rejected') return authorization;
  return runConnect(state, request, { ...peer, authorizer: authorization.context });
}

async function runConnect(
  { options, limits }: GatewayState,
  request: HandshakeRequest,
  peer: AuthorizedPeer,
): Promise<Admission> {
  const api = options.api();
  const functionName = api.routes.get('$connect');
  // The `$connect` route is optional (AWS: "Manage connected users and client apps").
  if (functionName === undefined) return { kind: 'admitted', peer, protocol: undefined };
  const event = connectEvent(api, peer, request, options.clock.now());
  const outcome = await integrate(options, limits.integrationMs, functionName, event);
  const status = outcome.kind === 'returned' ? resultStatus(outcome.result) : undefined;
  if (outcome.kind !== 'returned' || status === undefined) {
    options.log(failedRoute('$connect', functionName, outcome.kind));
    return outcome.kind === 'timed out'
      ? reject(peer, 504, 'Endpoint request timed out')
      : reject(peer, 502, 'Internal server error');
  }
  // It is unconfirmed whether API Gateway forwards the function's body, so the local stack does not.
  if (status >= 300) return reject(peer, status, STATUS_CODES[status] ?? 'Refused');
  const protocol = connectProtocol(outcome.result);
  if (protocol === 'malformed') return reject(peer, 502, 'Internal server error');
  return { kind: 'admitted', peer, protocol: protocol.value };
}

function reject({ connectionId }: Peer, status: number, message: string): Admission {
  const type = status < 500 ? 'ForbiddenException' : 'InternalServerErrorException';
  const body = JSON.stringify({ message, connectionId, requestId: requestId() });
  return { kind: 'rejected', rejection: { status, type, body } };
}

/**
 * Reads the `Sec-WebSocket-Protocol` that a `$connect` function returned. API Gateway sends this header unchanged (AWS:
 * "WebSocket APIs: subprotocols"). Without it, a client that offered subprotocols drops the connection.
 */
function connectProtocol(result: unknown): { readonly value: string | undefined } | 'malformed' {
  const headers: unknown = Reflect.get(Object(result), 'headers');
  const found: [string, unknown] | undefined = Object.entries(Object(headers)).find(
    ([name]) => name.toLowerCase() === 'sec-websocket-protocol',
  );
  if (found === undefined) return { value: undefined };
  const [, value] = found;
  // A line break would start another header.
  return typeof value === 'string' && /^[\x20-\x7e]+$/.test(value) ? { value } : 'malformed';
}

/** Watches for a client that disconnects while its upgrade is pending. */
function watchClient(socket: Duplex): { hasLeft(): boolean; unwatch(): void } {
  let left = false;
  const leave = () => {
    left = true;
  };
  for (const event of ['end', 'close', 'error']) socket.on(event, leave);
  return {
    hasLeft: () => left || !socket.readable || !socket.writable,
    unwatch() {
      // The error listener stays, because an unhandled error event would end the process.
      for (const event of ['end', 'close']) socket.removeListener(event, leave);
    },
  };
}
