import type { Connection } from './connection.ts';
import { endConnection } from './end-connection.ts';
import type { GatewayState } from './gateway-state.ts';

/** Hands a frame of a connection on: at once, or as a fault says later or never. */
export function passFrame(
  { state, connection, direction }: { state: GatewayState; connection: Connection; direction: 'in' | 'out' },
  pass: () => void,
): void {
  const { frameFault, clock } = state.options;
  const fault = frameFault?.({ direction, connectionId: connection.peer.connectionId });
  if (fault === undefined) {
    pass();
  } else if (fault.kind === 'delayed') {
    clock.after(fault.ms, () => {
      if (connection.open) pass();
    });
  } else {
    endConnection(state, connection, { code: 1006, closeFrame: false, silent: !fault.disconnects });
    connection.socket.terminate();
  }
}
