import { createServer, type IncomingMessage, type Server, type ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { bindLocalhost, closeServer } from '../http-server.ts';
import type { Distribution } from './distribution.ts';
import { createEdgeFunctionRunner, type RunEdgeFunction } from './edge-function.ts';
import { createErrorCache, type ErrorCache } from './error-cache.ts';
import { createExchange, createUpgradeExchange, type Exchange, reject } from './exchange.ts';
import { forward } from './forward.ts';
import { planRequest } from './plan.ts';

/** A local CloudFront for the origins in the template, over plain HTTP. */
export interface Edge {
  /** Binds 127.0.0.1 and ::1 and returns the port. Port 0 picks a free one. @throws when it cannot be opened. */
  listen(port: number): Promise<number>;
  /** Returns the number of open WebSockets. */
  tunnelCount(): number;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

export interface EdgeOptions {
  /** Returns the distribution, or null if nothing is deployed or the template has none. Called for each request. */
  readonly distribution: () => Distribution | null;
  /** Returns an origin's local URL, like `http://127.0.0.1:8001`, or undefined if the local stack does not run it. */
  readonly originUrl: (domainName: string) => string | undefined;
  readonly clock: Clock;
  /** Overrides of CloudFront's limits. */
  readonly limits?: Partial<EdgeLimits>;
  /** Writes one line. A line never contains a query string, nor a header other than `Origin`. */
  readonly log: (line: string) => void;
}

/** The limits of CloudFront. */
export interface EdgeLimits {
  /** Longest URL, with scheme and host, in bytes. */
  readonly urlBytes: number;
  /** Largest request without its body, in bytes. */
  readonly requestBytes: number;
  /** How long a WebSocket may stay without a byte from the origin, in milliseconds. */
  readonly idleMs: number;
  /** How long a function may run, in milliseconds. CloudFront allows about 1; local functions share a CPU. */
  readonly functionMs: number;
}

/**
 * AWS documents the lengths in "Request and response behavior for custom origins", and the 10 minutes in "CloudFront
 * quotas", as the origin response timeout (idle timeout).
 */
const cloudFrontLimits: EdgeLimits = {
  urlBytes: 8192,
  requestBytes: 20_480,
  idleMs: 10 * 60_000,
  functionMs: 1_000,
};

/** The state of one edge. */
export interface EdgeState {
  readonly options: EdgeOptions;
  readonly limits: EdgeLimits;
  readonly runFunction: RunEdgeFunction;
  readonly errors: ErrorCache;
  /** The origins of pages that the chat refused, because each is logged once. */
  readonly refusedOrigins: Set<string>;
  /** Viewers' sockets that asked for an upgrade, pending or open. */
  readonly upgrading: Set<Socket>;
  /** Viewers' sockets with an open WebSocket. */
  readonly tunnels: Set<Socket>;
}

/** Creates an edge that behaves like CloudFront for the template's distribution. */
export function openEdge(options: EdgeOptions): Edge {
  const limits = { ...cloudFrontLimits, ...options.limits };
  const runFunction = createEdgeFunctionRunner(limits.functionMs);
  const errors = createErrorCache(options.clock);
  const state: EdgeState = {
    options,
    limits,
    runFunction,
    errors,
    refusedOrigins: new Set(),
    upgrading: new Set(),
    tunnels: new Set(),
  };
  let servers: readonly Server[] = [];
  return {
    async listen(port) {
      const name = { name: 'Edge', variable: 'PARLEY_PORT' };
      const bound = await bindLocalhost(() => createEdgeServer(state), port, name);
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

function createEdgeServer(state: EdgeState): Server {
  const options: ServerOptions & Record<string, unknown> = {
    // Above CloudFront's limit, so that the edge and not Node rejects a request that is too large.
    maxHeaderSize: 64 * 1024,
    // A request for another upgrade, such as curl's offer of HTTP/2, is handled as an ordinary request.
    shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
  };
  const server = createServer(options, (request, response) =>
    serve(state, createExchange(request, response)),
  );
  server.requestTimeout = 0;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const exchange = createUpgradeExchange(request, socket, head);
    const viewer = exchange.upgrade?.socket;
    if (viewer !== undefined) {
      state.upgrading.add(viewer);
      viewer.once('close', () => state.upgrading.delete(viewer));
    }
    serve(state, exchange);
  });
  return server;
}

function serve(state: EdgeState, exchange: Exchange): void {
  try {
    const plan = planRequest(state, exchange.request, exchange.id);
    if (plan.kind === 'reject') reject(exchange, plan.status, plan.why);
    else if (plan.kind === 'answer') exchange.response.writeHead(plan.status, plan.headers).end(plan.body);
    else forward(state, exchange, plan.destination);
  } catch (error) {
    state.options.log(`The edge failed: ${String(error)}`);
    reject(exchange, 500, 'The local edge failed. See its log.');
  }
}
