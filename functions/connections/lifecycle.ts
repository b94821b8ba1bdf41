import { mapLimited } from '../delivery/concurrency.ts';
import type { Context, PostingContext } from '../delivery/context.ts';
import { removeConnection } from '../delivery/remove-connections.ts';
import { hasValidToken, type Session } from '../domain/connection.ts';
import { deleteConnection, getConnection, listPlaces, putConnection } from '../store/connections.ts';
import { addOpenConnection, removeOpenConnection } from '../store/profiles.ts';

/**
 * Stores a new connection, so that it receives every event from now on, and requests its welcome.
 * @param requestWelcome invokes `welcome`, which waits until the handshake is over
 */
export async function connect(
  session: Session,
  context: Pick<Context, 'db' | 'now'>,
  requestWelcome: (session: Session) => Promise<void>,
): Promise<void> {
  // A refused connection gets no row, so it receives no events of a room.
  if (session.refusal !== undefined) return requestWelcome(session);
  await Promise.all([
    putConnection(context.db, session),
    addOpenConnection(context.db, session, context.now()),
  ]);
  try {
    await requestWelcome(session);
  } catch (error) {
    // This error refuses the handshake, and API Gateway calls $disconnect only for connections that opened.
    await Promise.all([
      deleteConnection(context.db, session),
      removeOpenConnection(context.db, session.user.id, session, context.now()),
    ]);
    throw error;
  }
}

/**
 * Returns a session with the expiry of its current token. API Gateway keeps the expiry of the handshake's token; if that
 * has passed, the connection's row says whether the client sent a fresh token. A valid session needs no read.
 */
export async function withCurrentToken(
  session: Session,
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<Session> {
  if (hasValidToken(session, now())) return session;
  const row = await getConnection(db, session);
  if (!row || row.tokenExpiresAt <= session.tokenExpiresAt) return session;
  return { ...session, tokenExpiresAt: row.tokenExpiresAt };
}

/** Removes a closed connection from all of its rooms. `$disconnect` names only the user, so the rooms are looked up. */
export async function disconnect(
  { user, id }: { readonly user: string; readonly id: string },
  context: PostingContext,
): Promise<void> {
  const places = await listPlaces(context.db, user, id);
  await mapLimited(places, (place) => removeConnection(place, context));
}
