import { postMissed } from '../connections/welcome.ts';
import { audienceOf } from '../delivery/audience.ts';
import type { Context } from '../delivery/context.ts';
import { acknowledgeAll } from '../delivery/receipts.ts';
import { newsTo } from '../domain/audience.ts';
import type { Sync } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { checkMembership } from '../rooms/access.ts';
import { getRoom } from '../store/rooms.ts';

/**
 * Tells a client what has changed since a number; the messages have come as far as this connection then.
 * @throws ChatError NOT_A_MEMBER
 */
export async function sync(command: Sync, session: Session, context: Context): Promise<Event[]> {
  const id = command.room ?? session.room;
  const [room] = await Promise.all([getRoom(context.db, id), checkMembership(context.db, id, session.user)]);
  if (!room) throw new ChatError('NOT_A_MEMBER');
  const messages = await postMissed(room, command.since, session, context);
  const arrived = newsTo(session, messages);
  if (arrived.length > 0) await acknowledgeAll(arrived, session, audienceOf(room, context), context);
  return [];
}
