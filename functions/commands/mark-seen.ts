import type { Context } from '../delivery/context.ts';
import { publish } from '../delivery/publish.ts';
import { acknowledge } from '../delivery/receipts.ts';
import type { MarkSeen } from '../domain/command.ts';
import { HISTORY_LIMIT } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { isBelow } from '../domain/message.ts';
import { newestMessages } from '../log/history.ts';
import { checkMembership } from '../rooms/access.ts';
import { getMessage } from '../store/log.ts';
import { putReadTo } from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';

/**
 * A member has read a message and what came before it: their read mark moves, the messages' authors get receipts, and
 * the room hears of it.
 * @throws ChatError NOT_A_MEMBER, MESSAGE_NOT_FOUND
 */
export async function markSeen(command: MarkSeen, session: Session, context: Context): Promise<Event[]> {
  const { db } = context;
  const id = command.room ?? session.room;
  const user = session.user.id;
  const [room, message, page] = await Promise.all([
    getRoom(db, id),
    getMessage(db, id, command.message),
    newestMessages(db, id, { before: command.message + 1, limit: HISTORY_LIMIT }),
    checkMembership(db, id, session.user),
  ]);
  if (!room) throw new ChatError('NOT_A_MEMBER');
  if (!message || message.deletedAt !== undefined) throw new ChatError('MESSAGE_NOT_FOUND');
  const unread = page.messages.filter((each) => each.author.id !== user && isBelow(each, 'read'));
  // A guest's word moves nobody's mark.
  if (!session.user.guest) await putReadTo(db, id, user, message.id);
  const { guest } = session.user;
  const seen = { kind: 'Seen', room: id, messageId: message.id, user, ...(guest && { guest }) } as const;
  const { audience } = await publish(seen, room, session, context);
  await Promise.all(unread.map((each) => acknowledge(each, 'read', audience, context)));
  return [];
}
