import type { Context } from '../delivery/context.ts';
import { publish } from '../delivery/publish.ts';
import type { SetTyping } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { readableRoom } from '../rooms/access.ts';

/** Announces to the room that a user starts or stops typing. Stores nothing. @throws ChatError NOT_A_MEMBER */
export async function setTyping(command: SetTyping, session: Session, context: Context): Promise<Event[]> {
  const { user } = session;
  const room = await readableRoom(context.db, command.room ?? session.room, user);
  const { id, guest } = user;
  const typing = { user: id, ...(guest && { guest }), typing: command.typing };
  const event = { kind: 'TypingChanged', room: room.id, ...typing } as const;
  await publish(event, room, session, context);
  return [];
}
