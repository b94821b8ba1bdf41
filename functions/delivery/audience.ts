import { receivesEvent } from '../domain/audience.ts';
import type { Connection } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import type { Room } from '../domain/room.ts';
import { getConnections, listConnections } from '../store/connections.ts';
import { listOpen } from '../store/profiles.ts';
import { placesOf } from '../store/shards.ts';
import type { PostingContext } from './context.ts';

/** Loads the connections of a room when they are first needed, and only once. */
export type Audience = () => Promise<readonly Connection[]>;

/** Returns a room's audience, including connections with an expired token: `post` expires those. */
export function audienceOf(
  room: Pick<Room, 'id' | 'shards'>,
  { db, now }: Pick<PostingContext, 'db' | 'now'>,
): Audience {
  let connections: Promise<readonly Connection[]> | undefined;
  return () => {
    connections ??= listConnections(db, room, now());
    return connections;
  };
}

/** Returns the connections that receive an event. An inbox receives only some of a room's events. */
export const receiversOf = (event: Event, audience: readonly Connection[]): readonly Connection[] =>
  audience.filter((connection) => receivesEvent(connection, event));

/** More devices than a user has. A bot with more open connections has its oldest ones ignored. */
const MAX_DEVICES = 20;

/** Returns a user's connections in some rooms, without reading the connections of other users. */
export async function userConnections(
  user: string,
  rooms: readonly Pick<Room, 'id' | 'shards'>[],
  { db, now }: Pick<PostingContext, 'db' | 'now'>,
): Promise<readonly Connection[]> {
  const ids = (await listOpen(db, user, now())).slice(0, MAX_DEVICES);
  return getConnections(
    db,
    rooms.flatMap((room) => ids.flatMap((id) => placesOf(id, room))),
  );
}
