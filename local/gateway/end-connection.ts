import type { Connection } from './connection.ts';
import { type GatewayState, track } from './gateway-state.ts';
import { integrate } from './integration.ts';
import { disconnectEvent } from './lambda-event.ts';
import type { AuthorizerContext, Peer } from './peer.ts';

// As seen in public `$disconnect` events; the reasons for other codes are not confirmed.
const usualReasons: Readonly<Record<number, string>> = {
  1000: 'Connection Closed Normally',
  1001: 'Going away',
  1005: 'Client-side close frame status not set',
};

/** Calls the `$disconnect` function, if the API has one. */
export function sendDisconnect(
  state: GatewayState,
  peer: Peer,
  authorizer: AuthorizerContext | undefined,
  end: { readonly code: number; readonly reason: string },
): void {
  const { api, clock, log } = state.options;
  const current = api();
  const functionName = current.routes.get('$disconnect');
  if (functionName === undefined) return;
  const reason = end.reason || (usualReasons[end.code] ?? '');
  const event = disconnectEvent(current, peer, authorizer, { code: end.code, reason }, clock.now());
  const call = integrate(state, functionName, event).then((outcome) => {
    if (outcome.kind !== 'returned')
      log(`Route $disconnect failed: ${functionName} ${outcome.kind}; see its log`);
  });
  track(state, call);
}

/**
 * Ends a connection once: from here on its id is gone, and `$disconnect` is called. With
 * `closeFrame` the gateway is the one who closes; a client that does not answer the close frame
 * holds nothing up. `silent` leaves `$disconnect` out.
 */
export function endConnection(
  state: GatewayState,
  connection: Connection,
  end: {
    readonly code: number;
    readonly reason?: string;
    readonly closeFrame: boolean;
    readonly silent?: boolean;
  },
): void {
  if (!connection.open) return;
  connection.open = false;
  connection.disarm();
  state.connections.delete(connection.peer.connectionId);
  if (end.closeFrame) connection.socket.close(end.code, end.reason ?? '');
  if (end.silent) return;
  sendDisconnect(state, connection.peer, connection.authorizer, {
    code: end.code,
    reason: end.reason ?? '',
  });
}
