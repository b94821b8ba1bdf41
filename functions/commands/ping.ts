import type { Context } from '../delivery/context.ts';
import type { Ping } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { isInbox } from '../domain/room.ts';
import { readableRoom } from '../rooms/access.ts';

/**
 * Returns the room's last sequence number, which shows the client whether it missed events. An inbox has no sequence
 * numbers and gets 0.
 * @throws ChatError NOT_A_MEMBER
 */
export async function ping(command: Ping, session: Session, { db }: Pick<Context, 'db'>): Promise<Event[]> {
  const room = command.room ?? session.room;
  if (command.room === undefined && isInbox(room)) return [{ kind: 'Ponged', room, seq: 0 }];
  const { seq } = await readableRoom(db, room, session.user);
  return [{ kind: 'Ponged', room, seq }];
}
