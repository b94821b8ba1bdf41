import type { WebSocket } from 'ws';
import type { AuthorizerContext, Peer } from './peer.ts';

/** An open socket whose `$connect` has returned. */
export interface Connection {
  readonly peer: Peer;
  readonly authorizer: AuthorizerContext | undefined;
  readonly socket: WebSocket;
  /** Milliseconds since the epoch, of the last message in either direction. */
  lastActiveAt: number;
  open: boolean;
  /** Takes back the timer of the idle time and the lifetime. */
  disarm: () => void;
}
