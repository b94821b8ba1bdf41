import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../clock.ts';
import type { FallibleFrame } from '../faults.ts';
import { type GatewayState, track } from './gateway-state.ts';
import { disconnectEvent, failedRoute, integrate } from './integration.ts';
import { frameScanner } from './limits.ts';
import { handleMessage } from './message.ts';
import { requestId } from './rejection.ts';

/** The authorizer's context as functions get it: strings, and `integrationLatency` in milliseconds. */
export type AuthorizerContext = Readonly<Record<string, string | number>>;

/** The client's end of a socket. It is known from the start of the handshake and never changes. */
export interface Peer {
  readonly connectionId: string;
  /** The start of the handshake, in milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly domainName: string;
  readonly identity: { readonly userAgent?: string; readonly sourceIp: string };
}

/** A peer whose handshake the authorizer allowed; `authorizer` is undefined if the API has none. */
export interface AuthorizedPeer extends Peer {
  readonly authorizer: AuthorizerContext | undefined;
}

/** An open connection. */
export interface Connection {
  readonly peer: AuthorizedPeer;
  readonly socket: WebSocket;
  /** Time of the last message in either direction, in milliseconds since the epoch. */
  lastActiveAt: number;
  open: boolean;
  /** Cancels the timer of the idle and lifetime limits. */
  cancelTimer: () => void;
}

/** An upgrade request whose socket waits for an answer. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Completes an upgrade with 101 and opens the connection. `protocol` is the subprotocol to send, if any. */
export type Accept = (upgrade: Upgrade, peer: AuthorizedPeer, protocol: string | undefined) => void;

export function peerOf(request: IncomingMessage, clock: Clock): Peer {
  const userAgent = request.headers['user-agent'];
  return {
    connectionId: requestId(),
    connectedAt: clock.now(),
    domainName: request.headers.host ?? '',
    identity: {
      ...(userAgent !== undefined && { userAgent }),
      sourceIp: request.socket.remoteAddress ?? '',
    },
  };
}

/** Close codes by the error code of `ws`, which closes the socket with the same close code. */
const closeCodes: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_INVALID_UTF8: 1007,
};

export function createAccept(state: GatewayState): Accept {
  const protocols = new WeakMap<IncomingMessage, string>();
  const options = {
    noServer: true,
    clientTracking: false,
    // API Gateway negotiates no compression.
    perMessageDeflate: false,
    maxPayload: state.limits.messageBytes,
    // Supported by `ws`, but missing in its types.
    closeTimeout: state.limits.closeMs,
  };
  const server = new WebSocketServer(options);
  server.on('headers', (headers, request) => {
    const protocol = protocols.get(request);
    if (protocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
  });
  return ({ request, socket, head }, peer, protocol) => {
    // The `$connect` function chooses the subprotocol. Without the header, `ws` does not choose one itself.
    delete request.headers['sec-websocket-protocol'];
    if (protocol !== undefined) protocols.set(request, protocol);
    server.handleUpgrade(request, socket, head, (webSocket) => {
      openConnection(state, peer, webSocket, socket);
    });
  };
}

function openConnection(state: GatewayState, peer: AuthorizedPeer, socket: WebSocket, raw: Duplex): void {
  const lastActiveAt = state.options.clock.now();
  const connection: Connection = { peer, socket, lastActiveAt, open: true, cancelTimer: () => {} };
  const closeWith = (code: number) => endConnection(state, connection, { code, closeFrame: true });
  state.connections.set(peer.connectionId, connection);
  limitLifetime(state, connection);
  // Adds the scanner as the first listener, so that it sees a frame that is too large before `ws` does.
  raw.prependListener(
    'data',
    frameScanner(state.limits.frameBytes, () => closeWith(1009)),
  );
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (!connection.open) return;
    if (isBinary) closeWith(1003);
    else {
      passFrame(state, connection, { direction: 'in', data }, () =>
        handleMessage(state, connection, data.toString()),
      );
    }
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    endConnection(state, connection, { code: closeCodes[error.code ?? ''] ?? 1002 });
  });
  socket.on('close', (code: number, reason: Buffer) => {
    endConnection(state, connection, { code, reason: reason.toString() });
  });
}

/**
 * Closes a connection with 1001 after 10 idle minutes or 2 hours (AWS: "Amazon API Gateway quotas"; public
 * `$disconnect` events show the code). A message in either direction counts as activity. A ping or a pong does not,
 * because AWS does not document that it does. Messages do not reset the timer: it checks `lastActiveAt` when it fires.
 */
function limitLifetime(state: GatewayState, connection: Connection): void {
  const { clock } = state.options;
  const now = clock.now();
  const idleAt = connection.lastActiveAt + state.limits.idleMs;
  const endsAt = Math.min(idleAt, connection.peer.connectedAt + state.limits.lifetimeMs);
  if (now >= endsAt) {
    endConnection(state, connection, { code: 1001, reason: 'Going away', closeFrame: true });
  } else {
    connection.cancelTimer = clock.after(endsAt - now, () => limitLifetime(state, connection));
  }
}

/** Calls `pass` to deliver a frame: at once, or later or never if a fault is injected. */
export function passFrame(
  state: GatewayState,
  connection: Connection,
  frame: Pick<FallibleFrame, 'direction' | 'data'>,
  pass: () => void,
): void {
  const { frameFault, clock } = state.options;
  const fault = frameFault?.({ ...frame, connectionId: connection.peer.connectionId });
  if (fault === undefined) {
    pass();
  } else if (fault.kind === 'delayed') {
    clock.after(fault.ms, () => {
      if (connection.open) pass();
    });
  } else if (fault.kind === 'cut') {
    endConnection(state, connection, { code: 1006, silent: !fault.disconnects });
    connection.socket.terminate();
  }
}

interface End {
  readonly code: number;
  readonly reason?: string;
  /** Whether the gateway sends the close frame. */
  readonly closeFrame?: boolean;
  /** Whether to skip the `$disconnect` function. */
  readonly silent?: boolean;
}

/** Ends an open connection. `@connections` answers 410 from now on, even if the client has not closed yet. */
export function endConnection(state: GatewayState, connection: Connection, end: End): void {
  const { peer, socket } = connection;
  if (!connection.open) return;
  connection.open = false;
  connection.cancelTimer();
  state.connections.delete(peer.connectionId);
  const { code, reason = '' } = end;
  if (end.closeFrame) socket.close(code, reason);
  if (!end.silent) sendDisconnect(state, peer, { code, reason });
}

/**
 * Disconnect reasons seen in public `$disconnect` events, by close code. The reasons of other codes are unconfirmed.
 */
const usualReasons: Readonly<Record<number, string>> = {
  1000: 'Connection Closed Normally',
  1001: 'Going away',
  1005: 'Client-side close frame status not set',
};

/** Calls the `$disconnect` function, if the API has one. */
export function sendDisconnect(
  state: GatewayState,
  peer: AuthorizedPeer,
  { code, reason = '' }: Pick<End, 'code' | 'reason'>,
): void {
  const { options } = state;
  const api = options.api();
  const functionName = api.routes.get('$disconnect');
  if (functionName === undefined) return;
  const end = { code, reason: reason || (usualReasons[code] ?? '') };
  const event = disconnectEvent(api, peer, end, options.clock.now());
  const call = integrate(options, state.limits.integrationMs, functionName, event).then(({ kind }) => {
    if (kind !== 'returned') options.log(failedRoute('$disconnect', functionName, kind));
  });
  track(state, call);
}
