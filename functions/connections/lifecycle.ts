import type { Context } from '../delivery/context.ts';
import type { Session } from '../domain/connection.ts';
import { deleteConnection, putConnection } from '../store/connections.ts';
import { putArrival, putDeparture } from '../store/profiles.ts';

/**
 * Writes the connection down, so that everything said from now on reaches it, then has it welcomed.
 * @param welcome asks for the welcome, which must wait until the handshake is over
 */
export async function connect(
  session: Session,
  context: Pick<Context, 'db' | 'now'>,
  welcome: (session: Session) => Promise<void>,
): Promise<void> {
  // Somebody who is turned away is in no room: there is no row that anything could reach them by.
  if (session.turnedAway !== undefined) return welcome(session);
  await Promise.all([putConnection(context.db, session), putArrival(context.db, session, context.now())]);
  try {
    await welcome(session);
  } catch (error) {
    // The handshake fails with this, and a connection that never opened gets no $disconnect.
    await Promise.all([
      deleteConnection(context.db, session),
      putDeparture(context.db, session.user.id, session, context.now()),
    ]);
    throw error;
  }
}
