import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Behavior, Distribution } from '../../../local/edge/distribution.ts';
import { type Edge, openEdge } from '../../../local/edge/open-edge.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { connect } from '../../support/ws-client.ts';

const originDomain = 'api.execute-api.us-east-1.amazonaws.com';
export const bucketDomain = 'page.s3.us-east-1.amazonaws.com';

export const allMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE']);

/** Returns a behavior that forwards every request to the origin of `startEdge`. */
export const behaviorOf = (overrides: Partial<Behavior> = {}): Behavior => ({
  pathPattern: '*',
  methods: allMethods,
  origin: { domainName: originDomain, path: '', signed: false, headers: new Map(), timeoutMs: 30_000 },
  viewerRequest: null,
  passesViewer: true,
  responseHeaders: [],
  ...overrides,
});

export const distributionOf = (...behaviors: readonly Behavior[]): Distribution => ({
  errorSeconds: new Map(),
  domainName: 'dist.cloudfront.net',
  rootPath: '/index.html',
  behaviors,
});

export interface EdgeHost {
  readonly edge: Edge;
  readonly port: number;
  readonly clock: ManualClock;
  readonly lines: readonly string[];
  /** Requests that reached the origin, without upgrades. */
  readonly requests: readonly IncomingMessage[];
  /** Upgrade requests that reached the origin. */
  readonly upgrades: readonly IncomingMessage[];
  /** Open WebSockets at the origin. */
  readonly sockets: WebSocketServer['clients'];
}

interface HostOptions {
  readonly distribution?: Distribution | null;
  readonly answer?: RequestListener;
  /** Answers an upgrade instead of `ws`. */
  readonly upgrade?: (request: IncomingMessage, socket: Socket) => void;
  /** Default: true. If false, the origin does not listen. */
  readonly reachable?: boolean;
}

const running: (() => Promise<void>)[] = [];

/** Closes all edges and origins that `startEdge` started. */
export async function closeEdges(): Promise<void> {
  await Promise.all(running.splice(0).map((close) => close()));
}

/** Starts an edge in front of an origin that echoes WebSocket frames and requests. */
export async function startEdge(options: HostOptions = {}): Promise<EdgeHost> {
  const { distribution = distributionOf(behaviorOf()), answer = describeRequest, reachable = true } = options;
  const requests: IncomingMessage[] = [];
  const upgrades: IncomingMessage[] = [];
  const upgraded = new Set<Socket>();
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
  webSockets.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  const origin = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  origin.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    upgrades.push(request);
    upgraded.add(socket);
    socket.on('error', () => {});
    if (options.upgrade) options.upgrade(request, socket);
    else webSockets.handleUpgrade(request, socket, head, (open) => webSockets.emit('connection', open));
  });
  const originPort = await listen(origin);
  if (!reachable) await new Promise((resolve) => origin.close(resolve));
  const clock = new ManualClock();
  const lines: string[] = [];
  const urls = new Map([
    [originDomain, `http://127.0.0.1:${originPort}`],
    [bucketDomain, `http://127.0.0.1:${originPort}/page`],
  ]);
  const edge = openEdge({
    distribution: () => distribution,
    originUrl: (domainName) => urls.get(domainName),
    clock,
    log: (line) => lines.push(line),
  });
  const port = await edge.listen(0);
  running.push(async () => {
    await edge.close();
    for (const socket of upgraded) socket.destroy();
    origin.closeAllConnections();
    if (origin.listening) await new Promise((resolve) => origin.close(resolve));
  });
  return { edge, port, clock, lines, requests, upgrades, sockets: webSockets.clients };
}

/** Starts an edge and connects a client to it. */
export async function startConnectedEdge() {
  const host = await startEdge();
  const client = await connect(`ws://127.0.0.1:${host.port}/`);
  return { ...host, client };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

const describeRequest: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    const body = Buffer.concat(chunks).toString();
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ method, url, headers, body }));
  });
};
