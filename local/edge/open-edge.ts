import { createServer, type IncomingMessage, type Server, type ServerOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import type { EdgeOptions } from './edge-options.ts';
import { type EdgeState, edgeState } from './edge-state.ts';
import { type Exchange, exchangeOf, upgradeExchange } from './exchange.ts';
import { listenLoopback } from './listen-loopback.ts';
import { refuse } from './refusal.ts';
import { serve } from './serve.ts';

/** CloudFront in front of what the template names as its origins, over plain HTTP on this machine only. */
export interface Edge {
  /** Binds 127.0.0.1 and ::1; resolves to the port (a free one for 0). Rejects with one line if it is taken. */
  listen(port: number): Promise<number>;
  /** WebSockets that are open through it. */
  tunnelCount(): number;
  /** Cuts every connection. */
  close(): Promise<void>;
}

/** Makes an edge that behaves as CloudFront does for the template's distribution; it does not listen yet. */
export function openEdge(options: EdgeOptions): Edge {
  const state = edgeState(options);
  let servers: readonly Server[] = [];
  return {
    async listen(port) {
      const named = { what: 'Edge', variable: 'PARLEY_PORT' };
      const bound = await listenLoopback(() => makeServer(state), port, named);
      servers = bound.servers;
      return bound.port;
    },
    tunnelCount: () => state.tunnels.size,
    async close() {
      for (const socket of state.upgrading) socket.destroy();
      await Promise.all(servers.map(closeServer));
    },
  };
}

function makeServer(state: EdgeState): Server {
  const options: ServerOptions & Record<string, unknown> = {
    // Over CloudFront's own limit, so that it is the one that refuses.
    maxHeaderSize: 64 * 1024,
    // Any other upgrade, such as curl's offer of HTTP/2, is a request like any other.
    shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
  };
  const server = createServer(options, (request, reply) => attempt(state, exchangeOf(request, reply)));
  server.requestTimeout = 0;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const exchange = upgradeExchange(request, socket, head);
    const viewer = exchange.upgrade?.socket;
    if (viewer !== undefined) {
      state.upgrading.add(viewer);
      viewer.once('close', () => state.upgrading.delete(viewer));
    }
    attempt(state, exchange);
  });
  return server;
}

function attempt(state: EdgeState, exchange: Exchange): void {
  try {
    serve(state, exchange);
  } catch (error) {
    state.options.log(`The edge failed: ${String(error)}`);
    refuse(exchange, 500, 'The local edge failed; see its log.');
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
