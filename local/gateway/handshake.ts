import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Accept, Upgrade } from './accept.ts';
import { authorize } from './authorizer.ts';
import { sendDisconnect } from './end-connection.ts';
import type { GatewayState } from './gateway-state.ts';
import { handshakeInput } from './handshake-request.ts';
import { integrate, resultStatus } from './integration.ts';
import { connectEvent } from './lambda-event.ts';
import { type AuthorizerContext, type Peer, peerOf } from './peer.ts';
import { type Refusal, refusal, refuseUpgrade } from './rejection.ts';
import { requestId } from './request-id.ts';
import { connectProtocol } from './subprotocol.ts';

/**
 * A client's way in. The upgrade stays pending until the authorizer and the `$connect` function have
 * answered; only a 2xx opens the socket. Nothing can be posted to the connection before that.
 */
export async function handshake(state: GatewayState, upgrade: Upgrade, accept: Accept): Promise<void> {
  const { request, socket } = upgrade;
  const early = refuseEarly(state, request);
  if (early !== undefined) return refuseUpgrade(socket, early);
  const pending = watch(socket);
  state.pending.add(socket);
  try {
    const peer = peerOf(request, state.options.clock);
    const entry = await enter(state, request, peer);
    if (entry.kind === 'refused') return refuseUpgrade(socket, entry.refusal);
    if (pending.gone() || state.closing) {
      socket.destroy();
      return sendDisconnect(state, peer, entry.authorizer, { code: 1006, reason: '' });
    }
    accept(upgrade, peer, entry.authorizer, entry.protocol);
  } finally {
    state.pending.delete(socket);
    pending.release();
  }
}

/** What API Gateway refuses before it calls any function. */
function refuseEarly(state: GatewayState, request: IncomingMessage): Refusal | undefined {
  const { stage } = state.options.api();
  // Nothing but a query may follow the stage: an extra path is a 403, like another stage.
  if ((request.url ?? '').split('?', 1)[0] !== `/${stage}`) {
    return refusal(403, 'ForbiddenException', 'Forbidden');
  }
  const key = request.headers['sec-websocket-key'] ?? '';
  const isWebSocket =
    request.method === 'GET' &&
    request.headers.upgrade?.toLowerCase() === 'websocket' &&
    request.headers['sec-websocket-version'] === '13' &&
    /^[+/0-9A-Za-z]{22}==$/.test(key);
  if (!isWebSocket) return refusal(400, 'BadRequestException', 'Bad Request');
  // AWS: "Amazon API Gateway quotas": 500 new connections a second in an account and Region.
  if (!state.connects.take()) return refusal(429, 'TooManyRequestsException', 'Too Many Requests');
  return undefined;
}

type Entry =
  | {
      readonly kind: 'admitted';
      readonly authorizer: AuthorizerContext | undefined;
      readonly protocol: string | undefined;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

async function enter(state: GatewayState, request: IncomingMessage, peer: Peer): Promise<Entry> {
  const { api, clock, log } = state.options;
  const input = handshakeInput(request);
  const authorizer = api().authorizer;
  let context: AuthorizerContext | undefined;
  if (authorizer !== null) {
    const authorization = await authorize(state, api(), authorizer, peer, input);
    if (authorization.kind === 'refused') return authorization;
    context = authorization.context;
  }
  const current = api();
  const functionName = current.routes.get('$connect');
  // AWS: "Manage connected users and client apps": the `$connect` route is optional.
  if (functionName === undefined) return { kind: 'admitted', authorizer: context, protocol: undefined };
  const event = connectEvent(current, peer, input, context, clock.now());
  const outcome = await integrate(state, functionName, event);
  const status = outcome.kind === 'returned' ? resultStatus(outcome.result) : undefined;
  if (outcome.kind !== 'returned' || status === undefined) {
    const why = outcome.kind === 'returned' ? 'returned no { statusCode }' : outcome.kind;
    log(`Route $connect failed: ${functionName} ${why}; see its log`);
    return failed(peer, outcome.kind === 'timed out');
  }
  // Whether API Gateway passes on the function's body is not confirmed, so its text is not used.
  if (status >= 300) return refusedWith(status, peer, STATUS_CODES[status] ?? 'Refused');
  const protocol = connectProtocol(outcome.result);
  if (protocol.kind === 'malformed') return failed(peer, false);
  return { kind: 'admitted', authorizer: context, protocol: protocol.value };
}

/** A `$connect` that threw, or returned what no proxy integration returns, is a 502; one that took too long a 504. */
function failed(peer: Peer, late: boolean): Entry {
  return late
    ? refusedWith(504, peer, 'Endpoint request timed out')
    : refusedWith(502, peer, 'Internal server error');
}

function refusedWith(status: number, peer: Peer, message: string): Entry {
  const type = status < 500 ? 'ForbiddenException' : 'InternalServerErrorException';
  const body = JSON.stringify({ message, connectionId: peer.connectionId, requestId: requestId() });
  return { kind: 'refused', refusal: { status, type, body } };
}

/** Notices a client that leaves while its upgrade is pending. */
function watch(socket: Duplex): { gone(): boolean; release(): void } {
  let left = false;
  const leave = () => {
    left = true;
  };
  for (const event of ['end', 'close', 'error']) socket.on(event, leave);
  return {
    gone: () => left || !socket.readable || !socket.writable,
    release() {
      // The error listener stays: an error that nobody hears would end the process.
      for (const event of ['end', 'close']) socket.removeListener(event, leave);
    },
  };
}
