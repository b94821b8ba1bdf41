import type { Session } from '../domain/connection.ts';
import { deleteConnection, putConnection } from '../store/connections.ts';
import { putArrival, putDeparture } from '../store/profiles.ts';
import type { Parts } from '../delivery/context.ts';

/**
 * Writes the connection down, so that everything said from now on reaches it, then has it welcomed.
 * @param welcome asks for the welcome, which must wait until the handshake is over
 */
export async function connect(
  session: Session,
  parts: Pick<Parts, 'db' | 'now'>,
  welcome: (session: Session) => Promise<void>,
): Promise<void> {
  // Somebody who is turned away is in no room: there is no row that anything could reach them by.
  if (session.turnedAway !== undefined) return welcome(session);
  await Promise.all([putConnection(parts.db, session), putArrival(parts.db, session, parts.now())]);
  try {
    await welcome(session);
  } catch (error) {
    // The handshake fails with this, and a connection that never opened gets no $disconnect.
    await Promise.all([
      deleteConnection(parts.db, session),
      putDeparture(parts.db, session.user.id, session, parts.now()),
    ]);
    throw error;
  }
}
