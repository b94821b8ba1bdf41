import type { Context } from '../delivery/context.ts';
import type { Ping } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { isInbox } from '../domain/room.ts';
import { checkMembership } from '../rooms/access.ts';
import { getRoom } from '../store/rooms.ts';

/**
 * Answers with the room's last number, so that a client sees whether it missed something; in an inbox, which has no
 * numbers, with 0.
 * @throws ChatError NOT_A_MEMBER
 */
export async function ping(command: Ping, session: Session, { db }: Pick<Context, 'db'>): Promise<Event[]> {
  const id = command.room ?? session.room;
  if (command.room === undefined && isInbox(id)) return [{ kind: 'Ponged', room: id, seq: 0 }];
  const [room] = await Promise.all([getRoom(db, id), checkMembership(db, id, session.user)]);
  if (!room) throw new ChatError('NOT_A_MEMBER');
  return [{ kind: 'Ponged', room: id, seq: room.seq }];
}
