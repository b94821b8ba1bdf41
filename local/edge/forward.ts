import { type ClientRequest, type IncomingMessage, request as requestOrigin } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { headerPairs } from '../http-server.ts';
import type { Behavior } from './distribution.ts';
import { type Exchange, reject, type Upgrade } from './exchange.ts';
import { answerHeaders, applyPolicy, originHeaders } from './headers.ts';
import type { EdgeState } from './open-edge.ts';

/** The origin of a request, and the request's path there. */
export interface Destination {
  readonly behavior: Behavior;
  /** Path and query. */
  readonly target: string;
  /** The headers that the edge function added or changed. */
  readonly headers: ReadonlyMap<string, string>;
  /** The origin's local URL, like `http://127.0.0.1:8001`. Requests go to paths below this URL's path. */
  readonly url: string;
  /** The edge's value of the `Via` header. */
  readonly via: string;
  /** For how many seconds the edge repeats an error, by its status. */
  readonly errorSeconds: ReadonlyMap<number, number>;
}

/** Forwards a request to its origin, and the origin's answer or WebSocket to the viewer. */
export function forward(state: EdgeState, exchange: Exchange, destination: Destination): void {
  const { request, response, upgrade, id } = exchange;
  const { behavior, target, headers, via } = destination;
  const cached = state.errors.find(request, destination);
  if (cached !== undefined) {
    response.writeHead(cached.status, cached.statusText, [...cached.headers]).end(cached.body);
    return;
  }
  const fail = (status: number, why: string) => {
    const page = reject(exchange, status, why);
    if (page !== undefined) state.errors.store(request, destination, page);
  };
  const { hostname, port, pathname } = new URL(destination.url);
  const outgoing = requestOrigin({
    hostname,
    port,
    method: request.method,
    path: `${pathname.replace(/\/$/, '')}${behavior.origin.path}${target}`,
    headers: originHeaders(request, { behavior, headers, via, id, isUpgrade: upgrade !== null }),
    agent: false,
  });
  limitWait(state, outgoing, behavior.origin.timeoutMs, () => {
    fail(504, 'The origin did not answer in time.');
  });
  outgoing.on('response', (answer) => sendAnswer(state, exchange, destination, answer));
  outgoing.on('upgrade', (answer, origin, head) => {
    if (upgrade === null) outgoing.destroy();
    else completeUpgrade(state, exchange, upgrade, { answer, origin, head });
  });
  outgoing.on('error', () => fail(502, 'The origin is unreachable or closed the connection.'));
  response.once('close', () => {
    if (!response.writableFinished && !outgoing.destroyed) outgoing.destroy();
  });
  if (upgrade === null) request.pipe(outgoing);
  else outgoing.end();
}

function limitWait(
  state: EdgeState,
  outgoing: ClientRequest,
  timeoutMs: number,
  onTimeout: () => void,
): void {
  const cancel = state.options.clock.after(timeoutMs, () => {
    onTimeout();
    outgoing.destroy();
  });
  for (const event of ['response', 'upgrade', 'close']) outgoing.once(event, cancel);
}

function sendAnswer(
  state: EdgeState,
  { request, response, id }: Exchange,
  destination: Destination,
  answer: IncomingMessage,
): void {
  const { behavior, via } = destination;
  const headers = applyPolicy(answerHeaders(answer, { via, id }), behavior.responseHeaders);
  logRefusedOrigin(state, request, answer);
  const [status, statusText] = [answer.statusCode ?? 502, answer.statusMessage ?? ''];
  response.writeHead(status, statusText, headers);
  answer.pipe(response);
  if (status >= 400) {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.once('end', () =>
      state.errors.store(request, destination, { status, statusText, headers, body: Buffer.concat(chunks) }),
    );
  }
  // An incomplete answer of the origin must not look complete to the viewer.
  answer.once('error', () => response.destroy());
}

/** Logs that pages of an origin may not use the chat, because a browser hides the reason from the page. */
function logRefusedOrigin(
  { options, refusedOrigins }: EdgeState,
  { method, headers }: IncomingMessage,
  answer: IncomingMessage,
): void {
  const { origin, 'access-control-request-method': requested } = headers;
  if (method !== 'OPTIONS' || requested === undefined || origin === undefined) return;
  if (answer.headers['access-control-allow-origin'] !== undefined || refusedOrigins.has(origin)) return;
  refusedOrigins.add(origin);
  options.log(`The chat refused a page of ${origin}: add this origin to allowedOrigins.`);
}

interface OriginUpgrade {
  readonly answer: IncomingMessage;
  readonly origin: Socket;
  readonly head: Buffer;
}

function completeUpgrade(
  state: EdgeState,
  { response, id }: Exchange,
  { socket: viewer, head: early }: Upgrade,
  { answer, origin, head }: OriginUpgrade,
): void {
  response.detachSocket(viewer);
  if (viewer.destroyed) {
    origin.destroy();
    return;
  }
  const headers = [...headerPairs(answer.rawHeaders), ['X-Amz-Cf-Id', id]];
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  viewer.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines.join('')}\r\n`);
  if (head.length > 0) origin.unshift(head);
  if (early.length > 0) viewer.unshift(early);
  state.tunnels.add(viewer);
  viewer.once('close', () => state.tunnels.delete(viewer));
  joinSockets(viewer, origin, state.options.clock, state.limits.idleMs);
}

/**
 * Pipes bytes both ways until either side closes. After `idleMs` milliseconds without a byte from the origin, cuts
 * both sides without a close frame.
 */
function joinSockets(viewer: Socket, origin: Socket, clock: Clock, idleMs: number): void {
  let lastByteAt = clock.now();
  let cancelTimer = (): void => {};
  const checkIdle = (): void => {
    const left = lastByteAt + idleMs - clock.now();
    if (left > 0) {
      cancelTimer = clock.after(left, checkIdle);
      return;
    }
    viewer.destroy();
    origin.destroy();
  };
  checkIdle();
  origin.on('data', () => {
    lastByteAt = clock.now();
  });
  let open = 2;
  const join = (from: Socket, to: Socket): void => {
    from.pipe(to);
    // A `close` event follows an error.
    from.on('error', () => {});
    from.once('close', () => {
      // Sends the buffered bytes before it closes. If this side does not read them, the idle timer cuts it.
      to.destroySoon();
      open -= 1;
      if (open === 0) cancelTimer();
    });
  };
  join(viewer, origin);
  join(origin, viewer);
}
