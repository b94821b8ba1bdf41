import type { Context } from '../delivery/context.ts';
import { publish } from '../delivery/publish.ts';
import type { SetTyping } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { checkMembership } from '../rooms/access.ts';
import { getRoom } from '../store/rooms.ts';

/** Tells the room that somebody types, or not any more; nothing is stored. @throws ChatError NOT_A_MEMBER */
export async function setTyping(command: SetTyping, session: Session, context: Context): Promise<Event[]> {
  const id = command.room ?? session.room;
  const user = session.user.id;
  const [room] = await Promise.all([getRoom(context.db, id), checkMembership(context.db, id, session.user)]);
  if (!room) throw new ChatError('NOT_A_MEMBER');
  await publish({ kind: 'TypingChanged', room: id, user, typing: command.typing }, room, session, context);
  return [];
}
