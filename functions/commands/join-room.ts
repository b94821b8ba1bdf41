import { announce } from '../delivery/announce.ts';
import type { Context } from '../delivery/context.ts';
import { lookAt } from '../delivery/crowded.ts';
import { present } from '../delivery/leave.ts';
import { checkMayJoin } from '../domain/audience.ts';
import type { JoinRoom } from '../domain/command.ts';
import { bringsOnline, type Connection, type Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { Room } from '../domain/room.ts';
import { checkMembership } from '../rooms/access.ts';
import {
  type ConnectionPlace,
  deleteConnection,
  getConnection,
  listPlaces,
  putJoined,
} from '../store/connections.ts';
import { getRoom } from '../store/rooms.ts';
import { findConnection, placedIn } from '../store/shards.ts';

/** A room that the caller may be in. @throws ChatError NOT_A_MEMBER, for no such room too */
async function enter(id: string, { user }: Session, { db }: Context): Promise<Room> {
  const [room] = await Promise.all([getRoom(db, id), checkMembership(db, id, user)]);
  if (!room) throw new ChatError('NOT_A_MEMBER');
  return room;
}

/** Until when the token counts stands in the connection's own row: the session keeps that of the handshake. */
async function ownRow(session: Session, { db }: Context): Promise<Connection> {
  const own = await getConnection(db, session);
  if (own) return own;
  throw new ChatError('CONNECTION_REMOVED');
}

/**
 * The room as it is once the connection hears of it: what has a higher number than its `seq` comes to it. Who was taken
 * out while the row was written is not among the connections that were ended then.
 */
async function enterAgain(place: ConnectionPlace, session: Session, context: Context): Promise<Room> {
  try {
    return await enter(place.room, session, context);
  } catch (error) {
    await deleteConnection(context.db, place);
    throw error;
  }
}

/**
 * Has a connection hear of a room beside its own, which all who may connect to it may. Joining again, or the
 * connection's own room, changes nothing and gets the same answer.
 * @throws ChatError NOT_A_MEMBER, TOO_MANY_ROOMS, CONNECTION_REMOVED
 */
export async function joinRoom(command: JoinRoom, session: Session, context: Context): Promise<Event[]> {
  const { db, now } = context;
  const [room, own, places] = await Promise.all([
    enter(command.room, session, context),
    ownRow(session, context),
    listPlaces(db, session.user.id, session.id),
  ]);
  if (room.id === session.room) return [{ kind: 'Joined', room: room.id, seq: room.seq }];
  if (!places.some((place) => place.room === room.id)) checkMayJoin(session.room, places.length);
  // Where it is heard of already, by an earlier join or an inbox, its row stays where it stands.
  const before = room.shards > 1 ? await findConnection(db, session.id, room) : undefined;
  const shard = before?.shard ?? placedIn(session.id, room, now());
  const home = { room: own.room, shard: own.shard };
  const joined: Connection = { ...own, room: room.id, shard, via: 'joined', joinedAt: now(), home };
  const added = await putJoined(db, joined);
  const entered = await enterAgain(joined, session, context);
  const look = added && (await lookAt(entered, context));
  if (look && !look.crowded) {
    const audience = await present(entered, session.user.id, look, context);
    if (bringsOnline(joined, audience)) await announce(joined, true, audience, context);
  }
  return [{ kind: 'Joined', room: room.id, seq: entered.seq }];
}
