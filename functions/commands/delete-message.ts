import type { Context } from '../delivery/context.ts';
import type { DeleteMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import type { Deletion } from '../domain/message.ts';
import { checkMayChange } from '../rooms/access.ts';
import { changeMessage } from './change-message.ts';

/**
 * Leaves a tombstone of a message and tells the room: its author may, and a moderator.
 * @throws ChatError NOT_THE_AUTHOR, and what `changeMessage` throws
 */
export async function deleteMessage(
  command: DeleteMessage,
  session: Session,
  context: Context,
): Promise<Event[]> {
  const room = command.room ?? session.room;
  return changeMessage<Deletion>(command, session, context, {
    fields: { kind: 'delete' },
    counted: 'change',
    check: checkMayChange,
    told: (message, { seq, by }) => ({ kind: 'MessageDeleted', room, message, seq, by }),
  });
}
