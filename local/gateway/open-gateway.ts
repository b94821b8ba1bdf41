import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { acceptor } from './accept.ts';
import { serveConnections } from './connections-endpoint.ts';
import { endConnection } from './end-connection.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { type GatewayState, gatewayState, track } from './gateway-state.ts';
import { handshake } from './handshake.ts';
import { listen } from './listen.ts';
import { refusal, refuseRequest, refuseUpgrade } from './rejection.ts';

export type { GatewayOptions } from './gateway-options.ts';
export type { GatewayLimits } from './limits.ts';

/** A WebSocket API with its `@connections` endpoint, on one port as on AWS. */
export interface Gateway {
  /** Binds 127.0.0.1; resolves to the port (a free one for 0). Rejects with one line if it is taken. */
  listen(port: number): Promise<number>;
  /** Connections whose `$connect` has returned and that are still open. */
  connectionCount(): number;
  /** Closes every socket with 1001, and waits a bounded time for the `$disconnect` functions. */
  close(): Promise<void>;
}

const internalError = refusal(500, 'InternalServerErrorException', 'Internal server error');

/** Makes a gateway that behaves as API Gateway does for one WebSocket API; it does not listen yet. */
export function openGateway(options: GatewayOptions): Gateway {
  const state = gatewayState(options);
  const accept = acceptor(state);
  const server = createServer((request, response) => {
    try {
      route(state, request, response);
    } catch (error) {
      // For instance nothing is deployed yet, or IAM met a policy that it does not support.
      options.log(`Request failed: ${String(error)}`);
      refuseRequest(response, internalError);
    }
  });
  // The functions' SDKs keep their sockets; one that closes under them would fail a call.
  server.keepAliveTimeout = 0;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (state.closing) {
      socket.destroy();
      return;
    }
    const work = handshake(state, { request, socket, head }, accept).catch((error: unknown) => {
      options.log(`Handshake failed: ${String(error)}`);
      refuseUpgrade(socket, internalError);
    });
    track(state, work);
  });
  const named = { what: 'Gateway', variable: options.portVariable ?? 'PARLEY_SOCKET_PORT' };
  return {
    listen: (port) => listen(server, port, named),
    connectionCount: () => state.connections.size,
    close: () => close(state, server),
  };
}

function segments(path: string): readonly string[] | undefined {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** What comes without an upgrade: `@connections`, and mistakes. */
function route(state: GatewayState, request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const [stage = '', connections, id, ...rest] = segments(path) ?? [];
  if (connections === '@connections' && id !== undefined && rest.length === 0) {
    serveConnections(state, request, response, { stage, id });
  } else if (path === `/${state.options.api().stage}`) {
    // The answer of RFC 9110 to a missing upgrade; API Gateway's own is not confirmed.
    refuseRequest(response, refusal(426, 'UpgradeRequiredException', 'Upgrade Required'));
  } else {
    refuseRequest(response, refusal(403, 'ForbiddenException', 'Forbidden'));
  }
}

async function close(state: GatewayState, server: Server): Promise<void> {
  if (state.closing) return;
  state.closing = true;
  const sockets = [...state.connections.values()].map((connection) => {
    const answered = new Promise<void>((resolve) => connection.socket.once('close', () => resolve()));
    endConnection(state, connection, { code: 1001, reason: 'Going away', closeFrame: true });
    return { socket: connection.socket, answered };
  });
  for (const socket of state.pending) socket.destroy();
  // Real time, not the injected clock: a test's clock stands still, and a hung function must not hold this.
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, state.limits.closeMs);
  });
  const answers = Promise.all(sockets.map(({ answered }) => answered));
  await Promise.race([Promise.all([settled(state), answers]), late]);
  clearTimeout(timer);
  for (const { socket } of sockets) socket.terminate();
  // Last, since the functions that still ran posted through it.
  await new Promise<void>((resolve) => {
    if (server.listening) server.close(() => resolve());
    else resolve();
    server.closeAllConnections();
  });
}

/** Resolves when nothing runs any more, what the running work started included. */
async function settled(state: GatewayState): Promise<void> {
  while (state.running.size > 0) await Promise.all(state.running);
}
