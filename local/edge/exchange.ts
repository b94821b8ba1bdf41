import { randomBytes } from 'node:crypto';
import { type IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A viewer's socket that waits to be upgraded, and what came on it behind the request. */
export interface Upgrade {
  readonly socket: Socket;
  readonly head: Buffer;
}

/** A viewer's request and its way back; `upgrade` is null for a request that asks for no WebSocket. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly reply: ServerResponse;
  readonly upgrade: Upgrade | null;
  /** What CloudFront puts on both sides as X-Amz-Cf-Id. */
  readonly id: string;
}

export function exchangeOf(request: IncomingMessage, reply: ServerResponse): Exchange {
  return { request, reply, upgrade: null, id: newId() };
}

/** An upgrade can be answered like any request: then it is none, and its socket ends. */
export function upgradeExchange(request: IncomingMessage, socket: Duplex, head: Buffer): Exchange {
  if (!(socket instanceof Socket)) throw new TypeError('An upgrade came on what is no socket');
  const reply = new ServerResponse(request);
  reply.shouldKeepAlive = false;
  reply.assignSocket(socket);
  reply.once('finish', () => socket.end());
  // An error that nobody hears would end the process; `close` follows it.
  socket.on('error', () => {});
  return { request, reply, upgrade: { socket, head }, id: newId() };
}

const newId = () => randomBytes(40).toString('base64url');
