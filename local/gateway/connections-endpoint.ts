import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { applyFault } from '../faults.ts';
import { readBodyUpTo } from '../http-server.ts';
import { type Connection, endConnection, passFrame } from './connection.ts';
import type { GatewayState } from './gateway-state.ts';
import {
  accessDenied,
  isConnectionId,
  type Rejection,
  rejection,
  rejectRequest,
  requestId,
} from './rejection.ts';

type CallResult = { readonly status: 200; readonly body: string } | { readonly status: 204 } | Rejection;

const forbidden = rejection(403, 'ForbiddenException', 'Forbidden');
const unsigned = rejection(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
const gone = rejection(410, 'GoneException', null);
const tooLarge = rejection(413, 'PayloadTooLargeException', 'Payload Too Large');
const tooManyRequests = rejection(429, 'LimitExceededException', 'Too Many Requests');
const bufferFull = rejection(429, 'LimitExceededException', "The client's buffer is full");
const failed = rejection(500, 'InternalServerErrorException', 'Internal server error');

/** Stage and connection id of an `@connections` URL, decoded. SDKs send the `=` of an id as `%3D`. */
export interface ConnectionUrl {
  readonly stage: string;
  readonly id: string;
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: ConnectionUrl;
}

/**
 * Serves `/{stage}/@connections/{id}` (AWS: "Use @connections commands in your backend service"). The SDK's client for
 * ApiGatewayManagementApi turns the error answers into exceptions.
 */
export function serveConnections(state: GatewayState, call: Call): void {
  const { request, response, url } = call;
  const rejected = rejectCall(state, request, url);
  if (rejected !== undefined) {
    rejectRequest(response, rejected);
  } else if (request.method === 'POST') {
    void readBodyUpTo(request, state.limits.messageBytes).then(
      (body) => answer(state, call, () => (body === undefined ? tooLarge : post(state, url.id, body))),
      // The caller disconnected.
      () => {},
    );
  } else {
    answer(state, call, () => (request.method === 'GET' ? describe : close)(state, url.id));
  }
}

const action = 'execute-api:ManageConnections';

function arnOf(state: GatewayState, { method = '' }: IncomingMessage, { stage, id }: ConnectionUrl): string {
  const { region, accountId, apiId } = state.options.api();
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${method}/@connections/${id}`;
}

function rejectCall(
  state: GatewayState,
  request: IncomingMessage,
  url: ConnectionUrl,
): Rejection | undefined {
  if (url.stage !== state.options.api().stage) return forbidden;
  const method = request.method ?? '';
  if (method !== 'POST' && method !== 'GET' && method !== 'DELETE') {
    // Seen in cognitect-labs/aws-api#201. The status is unconfirmed.
    const message = `No method found matching route @connections/${url.id} for http method ${method}`;
    return rejection(403, 'ForbiddenException', message);
  }
  if (request.headers.authorization === undefined) return unsigned;
  const denial = state.options.permit(request.headers, action, arnOf(state, request, url));
  if (denial !== undefined) return accessDenied(denial);
  // `@connections` calls share the account's request rate with inbound messages.
  if (!state.requests.take()) return tooManyRequests;
  if (isConnectionId(url.id)) return undefined;
  return rejection(400, 'BadRequestException', `Invalid connectionId: ${url.id}`);
}

/** Answers a call with the result of `run`, unless a fault is injected. */
function answer(state: GatewayState, { request, response, url }: Call, run: () => CallResult): void {
  const resource = arnOf(state, request, url);
  const fault = state.options.faultOf?.(request.headers, { action, resource });
  if (fault === undefined) {
    respond(response, run());
    return;
  }
  void applyFault(fault, { run, throttled: tooManyRequests, failed }).then((result) => {
    if (result === undefined) request.socket.destroy();
    else respond(response, result);
  });
}

function respond(response: ServerResponse, result: CallResult): void {
  if ('type' in result) {
    rejectRequest(response, result);
    return;
  }
  const id = { 'x-amzn-RequestId': requestId() };
  if (result.status === 204) {
    response.writeHead(204, id).end();
    return;
  }
  const length = Buffer.byteLength(result.body);
  const headers = { ...id, 'Content-Type': 'application/json', 'Content-Length': length };
  response.writeHead(200, headers).end(result.body);
}

/** Returns an open connection, or undefined if there is none or it has begun to close. */
function findOpen(state: GatewayState, id: string): Connection | undefined {
  const connection = state.connections.get(id);
  return connection?.socket.readyState === connection?.socket.OPEN ? connection : undefined;
}

/** Sends `body` as one text message. Answers 429 if the buffer of a slow client is full. */
function post(state: GatewayState, id: string, body: Buffer): CallResult {
  const connection = findOpen(state, id);
  if (connection === undefined) return gone;
  const { socket } = connection;
  if (socket.bufferedAmount + body.length > state.limits.clientBufferBytes) return bufferFull;
  connection.lastActiveAt = state.options.clock.now();
  passFrame(state, connection, { direction: 'out', data: body }, () => {
    // Every post is sent as text. The client would close with 1007 on bytes that are not UTF-8.
    if (isUtf8(body)) socket.send(body, { binary: false });
    else socket.send(body.toString());
  });
  return { status: 200, body: '' };
}

/** AWS does not document what GET answers before a connection is open. Returns what it answers at random. */
function describeEarly(
  state: GatewayState,
  id: string,
): Pick<Connection, 'peer' | 'lastActiveAt'> | undefined {
  const opening = state.opening.get(id);
  const { random = Math.random } = state.options;
  if (opening === undefined || !(opening.answersEarly ?? random() < 0.5)) return undefined;
  const { peer } = opening;
  return { peer: { ...peer, authorizer: undefined }, lastActiveAt: peer.connectedAt };
}

function describe(state: GatewayState, id: string): CallResult {
  const found = findOpen(state, id) ?? describeEarly(state, id);
  if (found === undefined) return gone;
  const { peer, lastActiveAt } = found;
  const body = {
    connectedAt: new Date(peer.connectedAt).toISOString(),
    lastActiveAt: new Date(lastActiveAt).toISOString(),
    identity: { userAgent: '', ...peer.identity },
  };
  return { status: 200, body: JSON.stringify(body) };
}

/** Closes a connection with 1000. AWS has no way to choose another close code. */
function close(state: GatewayState, id: string): CallResult {
  const connection = findOpen(state, id);
  if (connection === undefined) return gone;
  endConnection(state, connection, { code: 1000, closeFrame: true });
  return { status: 204 };
}
