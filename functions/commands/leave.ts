import { persist } from '../broadcast/persist.ts';
import { authentic, type Connection, opening } from '../domain/connection.ts';
import { isPresence, leavesOffline } from '../domain/presence.ts';
import { type ConnectionPlace, deleteConnection, listConnections } from '../store/connections.ts';
import { putDeparture } from '../store/profiles.ts';
import { getRoom } from '../store/rooms.ts';
import { announce } from './announce.ts';
import type { Parts } from './parts.ts';

export type Leaving = Pick<Parts, 'db' | 'poster' | 'now'>;

/** Milliseconds for which a lookup is tried again. */
export const LOOKUP_BUDGET_MS = 1_000;

/**
 * The connections of a room that count for its presence. A row of the user in question may outlive its socket, since
 * `$disconnect` is best effort; nothing would be posted to it, so it is looked up.
 */
export async function present(
  room: { readonly id: string; readonly shards: number },
  user: string,
  parts: Leaving,
): Promise<readonly Connection[]> {
  const now = parts.now();
  const rows = (await listConnections(parts.db, room, now)).filter(isPresence);
  const counts = await Promise.all(
    rows.map(async (connection) => {
      if (connection.user.id !== user || opening(connection, now)) return authentic(connection, now);
      const open = await persist(() => parts.poster.isOpen(connection.id), LOOKUP_BUDGET_MS);
      if (open === false) await remove(connection, parts);
      return open !== false && authentic(connection, now);
    }),
  );
  return rows.filter((_, index) => counts[index]);
}

async function remove(
  place: ConnectionPlace,
  { db, now }: Pick<Leaving, 'db' | 'now'>,
): Promise<Connection | undefined> {
  const connection = await deleteConnection(db, place);
  // An inbox has as many rows as its user has rooms, and one more: that one says that its user is gone.
  if (connection && isPresence(connection)) await putDeparture(db, connection.user.id, connection, now());
  return connection;
}

/** Tells a room that a connection's user is gone, where none of their connections is left in it. */
export async function tellIfGone(
  connection: Connection,
  room: { readonly id: string; readonly shards: number },
  parts: Leaving,
): Promise<void> {
  const others = await present(room, connection.user.id, parts);
  if (leavesOffline(connection, others)) await announce(connection, false, others, parts);
}

/**
 * Removes a connection that has ended, and tells its room if its user is gone with it. Of several who find it ended,
 * the one who removes its row tells.
 * @returns the connection, or undefined where its row was gone already
 */
export async function leave(place: ConnectionPlace, parts: Leaving): Promise<Connection | undefined> {
  const connection = await remove(place, parts);
  if (!connection || !isPresence(connection)) return connection;
  const room = await getRoom(parts.db, connection.room);
  if (room) await tellIfGone(connection, room, parts);
  return connection;
}
