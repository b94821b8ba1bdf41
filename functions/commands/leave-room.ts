import { inboxReads } from '../connections/inbox.ts';
import type { Context } from '../delivery/context.ts';
import { announceIfOffline } from '../delivery/remove-connections.ts';
import { isBlocked } from '../domain/block.ts';
import type { LeaveRoom } from '../domain/command.ts';
import type { Connection, Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { isInbox, otherUser } from '../domain/room.ts';
import type { ConnectionPlace } from '../store/connections.ts';
import { deleteJoined, returnToInbox } from '../store/connections.ts';
import { getMember, putReadTo } from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';
import { placesOf } from '../store/shards.ts';

/** Deletes the row of the joined room. For an inbox, turns it back into an inbox row if the user is a member. */
async function removeJoined(
  room: string,
  places: readonly ConnectionPlace[],
  session: Session,
  { db }: Context,
): Promise<Connection | undefined> {
  const member = isInbox(session.room) && (await getMember(db, room, session.user.id));
  const remove = (place: ConnectionPlace) =>
    member ? returnToInbox(db, place, inboxReads(member)) : deleteJoined(db, place);
  const removed = await Promise.all(places.map(remove));
  return removed.find((row) => row !== undefined);
}

/**
 * Ends the subscription to a joined room: moves the read mark of a connection that reads automatically, and announces
 * the user's absence. Leaving a room that was not joined changes nothing.
 * @throws ChatError OWN_ROOM for the room that the connection is connected to
 */
export async function leaveRoom(
  { room: id }: LeaveRoom,
  session: Session,
  context: Context,
): Promise<Event[]> {
  if (id === session.room) throw new ChatError('OWN_ROOM');
  const room = await getRoom(context.db, id);
  const left = room && (await removeJoined(id, placesOf(session.id, room), session, context));
  if (left) {
    const { user } = session;
    const isHidden = isBlocked(left.blocked, { id: otherUser(id, user.id) ?? '' });
    // An inbox keeps its user present in a direct room.
    const isPresent = isInbox(session.room) && otherUser(id, user.id) !== undefined;
    const readsAll = left.reads === 'auto' && !user.guest && !isHidden;
    await Promise.all([
      readsAll && putReadTo(context.db, id, user.id, room.seq),
      isPresent || announceIfOffline(left, room, context),
    ]);
  }
  return [{ kind: 'Left', room: id }];
}
