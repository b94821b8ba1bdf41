import type { Connection } from '../domain/connection.ts';
import { leavesOffline } from '../domain/presence.ts';
import { deleteConnection, listPlaces } from '../store/connections.ts';
import { putReadTo } from '../store/members.ts';
import { putDeparture } from '../store/profiles.ts';
import { getRoom } from '../store/rooms.ts';
import { announce } from './announce.ts';
import type { Parts } from './parts.ts';
import { listAudience } from './publish.ts';

type Leaving = Pick<Parts, 'db' | 'poster' | 'now'>;

async function leave(connection: Connection, parts: Leaving): Promise<void> {
  const room = await getRoom(parts.db, connection.room);
  if (!room) return;
  const [audience] = await Promise.all([
    listAudience(room, parts),
    connection.reads === 'auto' && putReadTo(parts.db, room.id, connection.user.id, room.seq),
  ]);
  if (leavesOffline(connection, audience)) await announce(connection, false, audience, parts);
}

/**
 * Removes a connection that has ended, and tells its room if its user is gone with it. API Gateway may bring only the
 * user's id here, so the room is looked up.
 */
export async function disconnect(
  ended: { readonly user: string; readonly id: string; readonly connectedAt: number },
  parts: Leaving,
): Promise<void> {
  const places = await listPlaces(parts.db, ended.user, ended.id);
  const [, ...removed] = await Promise.all([
    putDeparture(parts.db, ended.user, ended, parts.now()),
    ...places.map((place) => deleteConnection(parts.db, place)),
  ]);
  const left = removed.filter((connection) => connection !== undefined);
  await Promise.all(left.map((connection) => leave(connection, parts)));
}
