import type { SetTyping } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { getRoom } from '../store/rooms.ts';
import type { Parts } from '../delivery/context.ts';
import { publish } from '../delivery/publish.ts';
import { checkedMember } from '../rooms/access.ts';

/** Tells the room that somebody types, or not any more; nothing is stored. @throws ChatError NOT_A_MEMBER */
export async function setTyping(command: SetTyping, session: Session, parts: Parts): Promise<Event[]> {
  const id = command.room ?? session.room;
  const user = session.user.id;
  const [room] = await Promise.all([getRoom(parts.db, id), checkedMember(parts.db, id, session.user)]);
  if (!room) throw new ChatError('NOT_A_MEMBER');
  await publish({ kind: 'TypingChanged', room: id, user, typing: command.typing }, room, session, parts);
  return [];
}
