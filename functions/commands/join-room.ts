import { settleAll } from '../delivery/concurrency.ts';
import type { Context } from '../delivery/context.ts';
import { announcePresence, sampleRoom } from '../delivery/presence.ts';
import { listPresent } from '../delivery/remove-connections.ts';
import { checkMayJoin } from '../domain/audience.ts';
import type { JoinRoom } from '../domain/command.ts';
import { bringsOnline, type Connection, type Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { Member } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import { readAccess, readableRoom } from '../rooms/access.ts';
import {
  type ConnectionPlace,
  deleteConnection,
  getConnection,
  listPlaces,
  putBlocked,
  putJoined,
} from '../store/connections.ts';
import { findConnection, placedIn } from '../store/shards.ts';

/** Returns the connection's own row. The row has the current token's expiry; the session has the first token's. */
async function getOwnRow(session: Session, { db }: Context): Promise<Connection> {
  const own = await getConnection(db, session);
  if (own) return own;
  throw new ChatError('CONNECTION_REMOVED');
}

/** Copies the user's block list to the row of a joined room, if it changed while the row was written. */
async function refreshBlocked(joined: Connection, session: Session, { db }: Context): Promise<void> {
  const { blocked } = (await getConnection(db, session)) ?? {};
  if (blocked && blocked.revision !== joined.blocked?.revision) await putBlocked(db, joined, blocked);
}

/**
 * Checks access again once the row is written, because a removal of the member just before did not find the new row.
 * Returns the room and the membership: the connection receives every event after the `seq` of this room.
 */
async function checkStillAccessible(
  place: ConnectionPlace,
  session: Session,
  context: Context,
): Promise<{ room: Room; member: Member }> {
  try {
    return await readAccess(context.db, place.room, session.user);
  } catch (error) {
    await deleteConnection(context.db, place);
    throw error;
  }
}

/**
 * Subscribes the connection to a room, and announces the user's presence there unless the room is a request. Repeating
 * it, or joining the connection's own room, changes nothing.
 * @throws ChatError NOT_A_MEMBER, TOO_MANY_ROOMS, CONNECTION_REMOVED
 */
export async function joinRoom(command: JoinRoom, session: Session, context: Context): Promise<Event[]> {
  const { db, now } = context;
  const [room, own, places] = await Promise.all([
    readableRoom(db, command.room, session.user),
    getOwnRow(session, context),
    listPlaces(db, session.user.id, session.id),
  ]);
  if (room.id === session.room) return [{ kind: 'Joined', room: room.id, seq: room.seq }];
  if (!places.some((place) => place.room === room.id)) checkMayJoin(session.room, places.length);
  // If an earlier join or the inbox wrote a row, that row stays in its shard.
  const before = room.shards > 1 ? await findConnection(db, session.id, room) : undefined;
  const shard = before?.shard ?? placedIn(session.id, room, now());
  const home = { room: own.room, shard: own.shard };
  const joined: Connection = { ...own, room: room.id, shard, via: 'joined', joinedAt: now(), home };
  const isNew = await putJoined(db, joined);
  const [{ room: latest, member }] = await settleAll([
    checkStillAccessible(joined, session, context),
    refreshBlocked(joined, session, context),
  ]);
  const at = now();
  const sample = isNew && (await sampleRoom(latest, context));
  if (sample && !sample.isLarge) {
    const audience = await listPresent(latest, session.user, sample, context);
    const isNews = bringsOnline(joined, audience) && !member.pending;
    if (isNews) await announcePresence(joined, true, audience, at, context);
  }
  return [{ kind: 'Joined', room: room.id, seq: latest.seq }];
}
