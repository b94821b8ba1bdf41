import { type ClientRequest, type IncomingMessage, request as requestOrigin } from 'node:http';
import type { Socket } from 'node:net';
import type { Behavior } from './distribution.ts';
import type { EdgeState } from './edge-state.ts';
import type { Exchange, Upgrade } from './exchange.ts';
import { answerHeaders, originHeaders } from './headers.ts';
import { refuse } from './refusal.ts';
import { withPolicy } from './response-headers.ts';
import { openTunnel } from './tunnel.ts';

/** Where a request goes on to. */
export interface Destination {
  readonly behavior: Behavior;
  /** Path and query. */
  readonly target: string;
  /** The origin's local address, `http://127.0.0.1:8001`; a path in it comes before every other. */
  readonly url: string;
  /** What the edge calls itself in `Via`. */
  readonly via: string;
}

/** Passes a request on to its origin, and the origin's answer, or its WebSocket, back to the viewer. */
export function forward(state: EdgeState, exchange: Exchange, destination: Destination): void {
  const { request, reply, upgrade, id } = exchange;
  const { behavior, target, via } = destination;
  const { hostname, port, pathname } = new URL(destination.url);
  const outgoing = requestOrigin({
    hostname,
    port,
    method: request.method,
    path: `${pathname.replace(/\/$/, '')}${behavior.origin.path}${target}`,
    headers: originHeaders(request, { behavior, via, id, isUpgrade: upgrade !== null }),
    agent: false,
  });
  giveUpLate(state, exchange, outgoing, behavior.origin.timeoutMs);
  outgoing.on('response', (answer) => passBack(exchange, destination, answer));
  outgoing.on('upgrade', (answer, origin, head) => {
    if (upgrade === null) outgoing.destroy();
    else passThrough(state, exchange, upgrade, { answer, origin, head });
  });
  outgoing.on('error', () => refuse(exchange, 502, 'The origin could not be reached, or broke off.'));
  reply.once('close', () => {
    if (!reply.writableFinished && !outgoing.destroyed) outgoing.destroy();
  });
  if (upgrade === null) request.pipe(outgoing);
  else outgoing.end();
}

function giveUpLate(state: EdgeState, exchange: Exchange, outgoing: ClientRequest, timeoutMs: number): void {
  const disarm = state.options.clock.after(timeoutMs, () => {
    refuse(exchange, 504, 'The origin did not answer in time.');
    outgoing.destroy();
  });
  for (const event of ['response', 'upgrade', 'close']) outgoing.once(event, disarm);
}

function passBack({ reply, id }: Exchange, { behavior, via }: Destination, answer: IncomingMessage): void {
  const headers = withPolicy(answerHeaders(answer, { via, id }), behavior.responseHeaders);
  reply.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', headers);
  answer.pipe(reply);
  // An origin that broke off in the middle must not look like one that was done.
  answer.once('error', () => reply.destroy());
}

interface Opened {
  readonly answer: IncomingMessage;
  readonly origin: Socket;
  readonly head: Buffer;
}

function passThrough(
  state: EdgeState,
  { reply, id }: Exchange,
  { socket: viewer, head: early }: Upgrade,
  { answer, origin, head }: Opened,
): void {
  reply.detachSocket(viewer);
  if (viewer.destroyed) {
    origin.destroy();
    return;
  }
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    lines.push(`${answer.rawHeaders[index]}: ${answer.rawHeaders[index + 1]}`);
  }
  viewer.write(`${lines.join('\r\n')}\r\nX-Amz-Cf-Id: ${id}\r\n\r\n`);
  if (head.length > 0) origin.unshift(head);
  if (early.length > 0) viewer.unshift(early);
  state.tunnels.add(viewer);
  viewer.once('close', () => state.tunnels.delete(viewer));
  openTunnel({ viewer, origin, clock: state.options.clock, idleMs: state.limits.idleMs });
}
