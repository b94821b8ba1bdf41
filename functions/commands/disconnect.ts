import type { Connection } from '../domain/connection.ts';
import { listPlaces } from '../store/connections.ts';
import { putReadTo } from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';
import { fewAtATime } from './few-at-a-time.ts';
import { type Leaving, leave } from './leave.ts';

/** What was delivered until the end counts as read by a connection that reads at once. */
async function markRead(connection: Connection, { db }: Leaving): Promise<void> {
  if (connection.reads !== 'auto') return;
  const room = await getRoom(db, connection.room);
  if (room) await putReadTo(db, room.id, connection.user.id, room.seq);
}

/** Removes a connection that has ended. API Gateway may bring only the user's id here, so its rooms are looked up. */
export async function disconnect(
  ended: { readonly user: string; readonly id: string },
  parts: Leaving,
): Promise<void> {
  const places = await listPlaces(parts.db, ended.user, ended.id);
  const left = await fewAtATime(places, (place) => leave(place, parts));
  await Promise.all(left.map((connection) => connection && markRead(connection, parts)));
}
