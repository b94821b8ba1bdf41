import type { IncomingMessage, ServerResponse } from 'node:http';
import { applyFault } from '../faults.ts';
import { type CallResult, deleteConnection, getConnection, postToConnection } from './connections-call.ts';
import type { GatewayState } from './gateway-state.ts';
import { type Refusal, refusal, refuseRequest } from './refusal.ts';
import { isConnectionId, requestId } from './request-id.ts';

const forbidden = refusal(403, 'ForbiddenException', 'Forbidden');
const tooLarge = refusal(413, 'PayloadTooLargeException', 'Payload Too Large');
const tooMany = refusal(429, 'LimitExceededException', 'Too Many Requests');
const failed = refusal(500, 'InternalServerErrorException', 'Internal server error');
const unsigned = refusal(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');

/** Stage and connection id of an `@connections` URL, decoded: SDKs send an id's `=` as `%3D`. */
export interface Target {
  readonly stage: string;
  readonly id: string;
}

/**
 * `/{stage}/@connections/{id}`. AWS: "Use @connections commands in your backend service" and the
 * API reference of ApiGatewayManagementApi, whose client turns these answers into its exceptions.
 */
export function serveConnections(
  state: GatewayState,
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
): void {
  const refused = refuseCall(state, request, target);
  if (refused !== undefined) {
    refuseRequest(response, refused);
  } else if (request.method === 'POST') {
    readBody(request, state.limits.messageBytes, (body) => {
      // The connection is looked up only now: it may have closed while the body came in.
      const post = () => (body === undefined ? tooLarge : postToConnection(state, target.id, body));
      answer(state, { request, response, target }, post);
    });
  } else {
    const call = request.method === 'GET' ? getConnection : deleteConnection;
    answer(state, { request, response, target }, () => call(state, target.id));
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: Target;
}

/** Answers with what a call came to, or with what a fault leaves of it. */
function answer(state: GatewayState, { request, response, target }: Exchange, run: () => CallResult): void {
  const call = { action: 'execute-api:ManageConnections', resource: arnOf(state, request, target) };
  const fault = state.options.faultOf?.(request.headers, call);
  if (fault === undefined) {
    respond(response, run());
    return;
  }
  void applyFault(fault, { run, throttled: tooMany, failed }).then((result) => {
    if (result === undefined) request.socket.destroy();
    else respond(response, result);
  });
}

function arnOf(state: GatewayState, { method = '' }: IncomingMessage, { stage, id }: Target): string {
  const { region, accountId, apiId } = state.options.api();
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${method}/@connections/${id}`;
}

function refuseCall(state: GatewayState, request: IncomingMessage, target: Target): Refusal | undefined {
  if (target.stage !== state.options.api().stage) return forbidden;
  const method = request.method ?? '';
  if (method !== 'POST' && method !== 'GET' && method !== 'DELETE') {
    // The sentence is seen in public (cognitect-labs/aws-api issue 201), its status is not confirmed.
    const sentence = `No method found matching route @connections/${target.id} for http method ${method}`;
    return refusal(403, 'ForbiddenException', sentence);
  }
  if (request.headers.authorization === undefined) return unsigned;
  const arn = arnOf(state, request, target);
  const denial = state.options.permit(request.headers, 'execute-api:ManageConnections', arn);
  if (denial !== undefined) {
    // The capital M and the exception are AWS's (seen in architect/functions issue 130).
    return { status: 403, type: 'AccessDeniedException', body: JSON.stringify({ Message: denial }) };
  }
  // Each call counts against the account's throttle, like an inbound message.
  if (!state.requests.take()) return tooMany;
  if (isConnectionId(target.id)) return undefined;
  return refusal(400, 'BadRequestException', `Invalid connectionId: ${target.id}`);
}

/** Calls back with the whole body, or with undefined when it has more than `limit` bytes. */
function readBody(request: IncomingMessage, limit: number, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  });
  request.on('end', () => {
    const [first] = chunks;
    if (size > limit) done(undefined);
    else done(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
  });
}

function respond(response: ServerResponse, result: CallResult): void {
  if ('type' in result) {
    refuseRequest(response, result);
    return;
  }
  const headers: Record<string, string | number> = { 'x-amzn-RequestId': requestId() };
  if (result.status === 204) {
    response.writeHead(204, headers).end();
    return;
  }
  headers['Content-Type'] = 'application/json';
  headers['Content-Length'] = Buffer.byteLength(result.body);
  response.writeHead(200, headers).end(result.body);
}
