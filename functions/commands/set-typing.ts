import type { Context } from '../delivery/context.ts';
import { publish } from '../delivery/publish.ts';
import type { SetTyping } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { readAccess } from '../rooms/access.ts';

/**
 * Announces to the room that a user starts or stops typing. Stores nothing. A state that repeats the last one, or comes
 * too often, is returned to the sender only.
 * @throws ChatError NOT_A_MEMBER, MUTED
 */
export async function setTyping(command: SetTyping, session: Session, context: Context): Promise<Event[]> {
  const { user } = session;
  const { typing } = command;
  const now = context.now();
  const { room, member } = await readAccess(context.db, command.room ?? session.room, user, session.id);
  if (member.mutedUntil > now) throw new ChatError('MUTED');
  const { id, guest } = user;
  const event = { kind: 'TypingChanged', room: room.id, user: id, ...(guest && { guest }), typing } as const;
  const posts = context.budgets.postsTyping(session, event, { typing, seq: room.seq }, now);
  if (!posts) return [event];
  await publish(event, room, session, context);
  return [];
}
