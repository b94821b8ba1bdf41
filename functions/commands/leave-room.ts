import type { Context } from '../delivery/context.ts';
import { tellIfGone } from '../delivery/leave.ts';
import type { LeaveRoom } from '../domain/command.ts';
import type { Connection, Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { isInbox } from '../domain/room.ts';
import type { ConnectionPlace } from '../store/connections.ts';
import { deleteJoined, returnToInbox } from '../store/connections.ts';
import { getMember, putReadTo } from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';
import { placesOf } from '../store/shards.ts';

async function takeBack(
  room: string,
  places: readonly ConnectionPlace[],
  session: Session,
  { db }: Context,
): Promise<Connection | undefined> {
  // An inbox hears of its user's rooms; one that anyone may enter need not be among them.
  const member = isInbox(session.room) && (await getMember(db, room, session.user.id));
  const take = member ? returnToInbox : deleteJoined;
  const taken = await Promise.all(places.map((place) => take(db, place)));
  return taken.find((row) => row !== undefined);
}

/**
 * Ends what a join began. What was delivered until now counts as read where the connection reads at once, and the room
 * hears if its user is gone. A room that was not joined gets the same answer.
 * @throws ChatError OWN_ROOM for the connection's own room
 */
export async function leaveRoom(
  { room: id }: LeaveRoom,
  session: Session,
  context: Context,
): Promise<Event[]> {
  if (id === session.room) {
    throw new ChatError('OWN_ROOM');
  }
  const room = await getRoom(context.db, id);
  const left = room && (await takeBack(id, placesOf(session.id, room), session, context));
  if (left) {
    const reads = left.reads === 'auto' && !session.guest;
    await Promise.all([
      reads && putReadTo(context.db, id, session.user.id, room.seq),
      tellIfGone(left, room, context),
    ]);
  }
  return [{ kind: 'Left', room: id }];
}
