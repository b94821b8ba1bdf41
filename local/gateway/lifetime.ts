import type { Connection } from './connection.ts';
import { endConnection } from './end-connection.ts';
import type { GatewayState } from './gateway-state.ts';

/**
 * Closes a connection with 1001 when it was idle for 10 minutes or is 2 hours old (AWS: "Amazon API
 * Gateway quotas"; the code is seen in public `$disconnect` events after 10 idle minutes). A message
 * in either direction is activity; a ping or a pong is not, since AWS does not say that it is.
 *
 * One timer for each connection: a message only notes its time, and the timer looks when it rings.
 */
export function limitLifetime(state: GatewayState, connection: Connection): void {
  const { clock } = state.options;
  const now = clock.now();
  const idleAt = connection.lastActiveAt + state.limits.idleMs;
  const endsAt = Math.min(idleAt, connection.peer.connectedAt + state.limits.lifetimeMs);
  if (now >= endsAt) {
    endConnection(state, connection, { code: 1001, reason: 'Going away', closeFrame: true });
  } else {
    connection.disarm = clock.after(endsAt - now, () => limitLifetime(state, connection));
  }
}
