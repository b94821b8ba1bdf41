import { mapLimited } from '../delivery/concurrency.ts';
import type { PostingContext } from '../delivery/context.ts';
import { close, closeOpening } from '../delivery/retry.ts';
import { LONGEST_HANDSHAKE_MS } from '../domain/connection.ts';
import { listConnectionIds } from '../store/connections.ts';
import { listOpenSockets } from '../store/profiles.ts';
import { disconnect } from './lifecycle.ts';

/** How long a close is retried for a socket whose handshake may not be over, in milliseconds. */
const OPENING_BUDGET_MS = 5_000;

/**
 * Closes all sockets of a user, and removes their rows. Call it after the user was banned or signed out: a connection
 * that `connect` stores later sees that.
 * @throws Error if API Gateway throttles or fails. The rows of these sockets stay, so that a repeat closes them.
 */
export async function closeSocketsOf(user: string, context: PostingContext): Promise<void> {
  const { db, poster, now } = context;
  // The profile is up to date, but keeps only a user's latest connections. The index has all of them, but lags.
  const [latest, indexed] = await Promise.all([
    listOpenSockets(db, user, now()),
    listConnectionIds(db, user),
  ]);
  const young = latest.filter(({ connectedAt }) => now() - connectedAt < LONGEST_HANDSHAKE_MS);
  const opening = new Set(young.map(({ id }) => id));
  const ids = new Set([...latest.map(({ id }) => id), ...indexed]);
  const closeOne = async (id: string): Promise<boolean> => {
    if (!opening.has(id)) {
      const isClosed = await close(id, poster);
      if (isClosed) await disconnect({ user, id }, context);
      return isClosed;
    }
    const isClosed = await closeOpening(id, poster, OPENING_BUDGET_MS);
    if (isClosed === undefined) return false;
    await disconnect({ user, id }, context);
    // If the handshake ended before the row was removed, `welcome` may have found the row and left the socket open. If
    // it ends later, `welcome` finds no row and closes the socket.
    return isClosed || close(id, poster);
  };
  const closed = await mapLimited([...ids], closeOne);
  if (!closed.every(Boolean)) {
    throw new Error('Sockets not closed: API Gateway throttled or failed. Repeat the request.');
  }
}
