import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Connection } from './connection.ts';
import { endConnection } from './end-connection.ts';
import { frameScanner } from './frame-scanner.ts';
import type { GatewayState } from './gateway-state.ts';
import { limitLifetime } from './lifetime.ts';
import { handleMessage } from './message.ts';
import { passFrame } from './pass-frame.ts';
import type { AuthorizerContext, Peer } from './peer.ts';

/** An upgrade request whose socket waits. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Completes an upgrade with 101; `protocol` is sent as it is, or no header if undefined. */
export type Accept = (
  upgrade: Upgrade,
  peer: Peer,
  authorizer: AuthorizerContext | undefined,
  protocol: string | undefined,
) => void;

/** `ws` names what it found wrong in a frame by these codes, and closes the socket with the matching code. */
const closeCodes: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_INVALID_UTF8: 1007,
};

/** Makes the function that turns an upgrade that was let in into an open connection. */
export function acceptor(state: GatewayState): Accept {
  const protocols = new WeakMap<IncomingMessage, string>();
  const options = {
    noServer: true,
    clientTracking: false,
    // API Gateway negotiates no compression.
    perMessageDeflate: false,
    maxPayload: state.limits.messageBytes,
    // Known to `ws`, not yet to its types.
    closeTimeout: state.limits.closeMs,
  };
  const server = new WebSocketServer(options);
  server.on('headers', (headers, request) => {
    const protocol = protocols.get(request);
    if (protocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
  });
  return ({ request, socket, head }, peer, authorizer, protocol) => {
    // Only the `$connect` function chooses a subprotocol; `ws` would parse the offer and pick one itself.
    delete request.headers['sec-websocket-protocol'];
    if (protocol !== undefined) protocols.set(request, protocol);
    server.handleUpgrade(request, socket, head, (webSocket) => {
      open(state, { peer, authorizer, webSocket, rawSocket: socket });
    });
  };
}

interface Accepted {
  readonly peer: Peer;
  readonly authorizer: AuthorizerContext | undefined;
  readonly webSocket: WebSocket;
  readonly rawSocket: Duplex;
}

function open(state: GatewayState, { peer, authorizer, webSocket, rawSocket }: Accepted): void {
  const connection: Connection = {
    peer,
    authorizer,
    socket: webSocket,
    lastActiveAt: state.options.clock.now(),
    open: true,
    disarm: () => {},
  };
  const closeWith = (code: number) => endConnection(state, connection, { code, closeFrame: true });
  state.connections.set(peer.connectionId, connection);
  limitLifetime(state, connection);
  // First in line, so that a frame that is too large is known before `ws` reads it.
  rawSocket.prependListener(
    'data',
    frameScanner(state.limits.frameBytes, () => closeWith(1009)),
  );
  webSocket.on('message', (data: Buffer, isBinary: boolean) => {
    if (!connection.open) return;
    if (isBinary) closeWith(1003);
    else {
      passFrame({ state, connection, direction: 'in' }, () =>
        handleMessage(state, connection, data.toString()),
      );
    }
  });
  webSocket.on('error', (error: NodeJS.ErrnoException) => {
    endConnection(state, connection, { code: closeCodes[error.code ?? ''] ?? 1002, closeFrame: false });
  });
  webSocket.on('close', (code: number, reason: Buffer) => {
    endConnection(state, connection, { code, reason: reason.toString(), closeFrame: false });
  });
}
