import { isUtf8 } from 'node:buffer';
import type { Connection } from './connection.ts';
import { endConnection } from './end-connection.ts';
import type { GatewayState } from './gateway-state.ts';
import { passFrame } from './pass-frame.ts';
import { type Refusal, refusal } from './rejection.ts';

/** What an `@connections` call came to. */
export type CallResult = { readonly status: 200; readonly body: string } | { readonly status: 204 } | Refusal;

const gone = refusal(410, 'GoneException', null);
const bufferFull = refusal(429, 'LimitExceededException', "The client's buffer is full");

/** A connection that can still take a message; one whose close has begun is gone. */
function openConnection(state: GatewayState, id: string): Connection | undefined {
  const connection = state.connections.get(id);
  return connection?.socket.readyState === connection?.socket.OPEN ? connection : undefined;
}

/** Sends `body` as one text message. It may be held for a slow client up to a limit, then it is a 429. */
export function postToConnection(state: GatewayState, id: string, body: Buffer): CallResult {
  const connection = openConnection(state, id);
  if (connection === undefined) return gone;
  const { socket } = connection;
  if (socket.bufferedAmount + body.length > state.limits.clientBufferBytes) return bufferFull;
  connection.lastActiveAt = state.options.clock.now();
  passFrame({ state, connection, direction: 'out' }, () => {
    // All that is posted goes out as text; bytes that are no UTF-8 would make the client close with 1007.
    if (isUtf8(body)) socket.send(body, { binary: false });
    else socket.send(body.toString());
  });
  return { status: 200, body: '' };
}

export function getConnection(state: GatewayState, id: string): CallResult {
  const connection = openConnection(state, id);
  if (connection === undefined) return gone;
  const body = {
    connectedAt: new Date(connection.peer.connectedAt).toISOString(),
    lastActiveAt: new Date(connection.lastActiveAt).toISOString(),
    identity: { userAgent: '', ...connection.peer.identity },
  };
  return { status: 200, body: JSON.stringify(body) };
}

/** Closes with 1000, always: a custom close code cannot be sent. */
export function deleteConnection(state: GatewayState, id: string): CallResult {
  const connection = openConnection(state, id);
  if (connection === undefined) return gone;
  endConnection(state, connection, { code: 1000, closeFrame: true });
  return { status: 204 };
}
