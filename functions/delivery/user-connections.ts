import type { Connection } from '../domain/connection.ts';
import type { Room } from '../domain/room.ts';
import { getConnections } from '../store/connections.ts';
import { listOpen } from '../store/profiles.ts';
import { placesOf } from '../store/shards.ts';
import type { Context } from './context.ts';

/** More devices than anybody has; a bot that opens more has its older ones overlooked. */
const MAX_DEVICES = 20;

/** A user's connections in some rooms, wherever they were placed, without a look at anybody else's. */
export async function userConnections(
  user: string,
  rooms: readonly Pick<Room, 'id' | 'shards'>[],
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<readonly Connection[]> {
  const ids = (await listOpen(db, user, now())).slice(0, MAX_DEVICES);
  return getConnections(
    db,
    rooms.flatMap((room) => ids.flatMap((id) => placesOf(id, room))),
  );
}
