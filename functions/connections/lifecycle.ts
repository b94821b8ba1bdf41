import { mapLimited } from '../delivery/concurrency.ts';
import type { Context, PostingContext } from '../delivery/context.ts';
import { removeConnection } from '../delivery/remove-connections.ts';
import { hasValidToken, type Session } from '../domain/connection.ts';
import { isInbox } from '../domain/room.ts';
import { checkStanding } from '../domain/standing.ts';
import {
  deleteConnection,
  getConnection,
  listPlaces,
  putBlocked,
  putConnection,
} from '../store/connections.ts';
import { listName } from '../store/directory.ts';
import { addOpenConnection, removeOpenConnection } from '../store/profiles.ts';

type ConnectContext = Pick<Context, 'db' | 'now' | 'onFault'> & {
  /** Whether everyone can find the user by name. False by default. */
  readonly isListed?: boolean;
};

/**
 * Stores a new connection, so that it receives every event from now on, and requests its welcome. Lists a new name of
 * the user in the directory. If that fails, reports the error, and the next connection tries again.
 * @param requestWelcome invokes `welcome`, which waits until the handshake is over
 * @throws ChatError BANNED, or UNAUTHENTICATED for a token from before its user was signed out
 */
export async function connect(
  session: Session,
  context: ConnectContext,
  requestWelcome: (session: Session) => Promise<void>,
): Promise<void> {
  // A refused connection gets no row, so it receives no events of a room.
  if (session.refusal !== undefined) return requestWelcome(session);
  const { db, onFault } = context;
  const [, { standing, blocked, unlisted }] = await Promise.all([
    putConnection(db, session),
    addOpenConnection(db, session, context.now(), context.isListed),
  ]);
  try {
    // A ban closes the connections in the profile. A later connection finds the ban there.
    if (!session.user.guest) checkStanding(standing, session.tokenIssuedAt);
    // The socket opens after this, so no message is posted to the row before it has the list.
    if (blocked) await putBlocked(db, session, blocked);
    const listing = unlisted && listName(db, unlisted).catch((error: unknown) => onFault?.(error));
    await Promise.all([requestWelcome(blocked ? { ...session, blocked } : session), listing]);
  } catch (error) {
    // This error makes API Gateway refuse the handshake. It then never calls $disconnect, so delete the row here.
    await Promise.all([
      deleteConnection(context.db, session),
      removeOpenConnection(context.db, session.user.id, session, context.now()),
    ]);
    throw error;
  }
}

/**
 * Returns a session with the expiry of its current token. API Gateway keeps the expiry of the handshake's token; if
 * that has passed, the connection's row says whether the client sent a fresh token. Other sessions need no read.
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

/**
 * Removes a closed connection from all of its rooms. `$disconnect` names only the user, so the rooms are looked up. Starts
 * with the inbox itself, so that the profile says that the user is offline when direct rooms are notified of it.
 */
export async function disconnect(
  { user, id }: { readonly user: string; readonly id: string },
  context: PostingContext,
): Promise<void> {
  const places = await listPlaces(context.db, user, id);
  const [inboxes, rooms] = [true, false].map((inbox) => places.filter(({ room }) => isInbox(room) === inbox));
  for (const part of [inboxes, rooms])
    await mapLimited(part ?? [], (place) => removeConnection(place, context));
}
