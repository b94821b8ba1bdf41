import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { bind, closeServer } from '../http-server.ts';
import { createAccept, endConnection } from './connection.ts';
import { serveConnections } from './connections-endpoint.ts';
import { type GatewayOptions, type GatewayState, gatewayState, track } from './gateway-state.ts';
import { handshake } from './handshake.ts';
import { rejection, rejectRequest, rejectUpgrade } from './rejection.ts';

/** A WebSocket API and its `@connections` endpoint, on one port as on AWS. */
export interface Gateway {
  /** Binds 127.0.0.1 and returns the port. Port 0 picks a free one. @throws when the port cannot be opened. */
  listen(port: number): Promise<number>;
  /** Returns the number of open connections. */
  connectionCount(): number;
  /** Closes every socket with 1001 after its handshake, and waits for the `$disconnect` functions. */
  closeSockets(): Promise<void>;
  /** Like `closeSockets`, but aborts handshakes, waits for a limited time, then stops listening. */
  close(): Promise<void>;
}

const internalError = rejection(500, 'InternalServerErrorException', 'Internal server error');

/** Creates a gateway that behaves like API Gateway for one WebSocket API. */
export function openGateway(options: GatewayOptions): Gateway {
  const state = gatewayState(options);
  const accept = createAccept(state);
  const server = createServer((request, response) => {
    try {
      serveRequest(state, request, response);
    } catch (error) {
      // This happens, for example, if nothing is deployed yet or a policy uses an unsupported element.
      options.log(`Request failed: ${String(error)}`);
      rejectRequest(response, internalError);
    }
  });
  // AWS SDK clients reuse idle sockets: closing one while a request is on its way would fail that request.
  server.keepAliveTimeout = 0;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (state.closing) {
      socket.destroy();
      return;
    }
    const work = handshake(state, { request, socket, head }, accept).catch((error: unknown) => {
      options.log(`Handshake failed: ${String(error)}`);
      rejectUpgrade(socket, internalError);
    });
    track(state, work);
  });
  return {
    listen: (port) => bind(server, port, { name: 'Gateway', variable: 'PARLEY_SOCKET_PORT' }),
    connectionCount: () => state.connections.size,
    closeSockets: () => closeSockets(state),
    close: () => close(state, server),
  };
}

/** Serves a request without an upgrade: an `@connections` call, or an error. */
function serveRequest(state: GatewayState, request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const [stage = '', connections, id, ...rest] = decodeSegments(path);
  if (connections === '@connections' && id !== undefined && rest.length === 0) {
    serveConnections(state, { request, response, url: { stage, id } });
  } else if (path === `/${state.options.api().stage}`) {
    // RFC 9110 defines this answer to a request without an upgrade. API Gateway's own answer is unconfirmed.
    rejectRequest(response, rejection(426, 'UpgradeRequiredException', 'Upgrade Required'));
  } else {
    rejectRequest(response, rejection(403, 'ForbiddenException', 'Forbidden'));
  }
}

function decodeSegments(path: string): readonly string[] {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return [];
  }
}

async function close(state: GatewayState, server: Server): Promise<void> {
  if (state.closing) return;
  state.closing = true;
  const sockets = [...state.connections.values()].map(({ socket }) => socket);
  for (const socket of state.pending) socket.destroy();
  // Uses real time, because a test's clock may stand still, and then a function that hangs would block the shutdown.
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, state.limits.closeMs);
  });
  await Promise.race([closeSockets(state), timeout]);
  clearTimeout(timer);
  for (const socket of sockets) socket.terminate();
  // The server closes last, because running functions still call `@connections`.
  await closeServer(server);
}

/** Repeats until nothing runs any more, because a handshake that was running may have opened a socket. */
async function closeSockets(state: GatewayState): Promise<void> {
  while (state.connections.size > 0 || state.running.size > 0) {
    const closed = [...state.connections.values()].map((connection) => {
      const close = new Promise<void>((resolve) => connection.socket.once('close', () => resolve()));
      endConnection(state, connection, { code: 1001, reason: 'Going away', closeFrame: true });
      return close;
    });
    await Promise.all([...closed, ...state.running]);
  }
}
