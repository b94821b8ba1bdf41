import type { DeleteMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import type { Deletion } from '../domain/log.ts';
import { changeMessage } from './change-message.ts';
import type { FilingParts } from '../delivery/context.ts';
import { checkMayChange } from '../rooms/access.ts';

/**
 * Leaves a tombstone of a message and tells the room: its author may, and a moderator.
 * @throws ChatError NOT_THE_AUTHOR, and what `changeMessage` throws
 */
export async function deleteMessage(
  command: DeleteMessage,
  session: Session,
  parts: FilingParts,
): Promise<Event[]> {
  const room = command.room ?? session.room;
  return changeMessage<Deletion>(command, session, parts, {
    fields: { kind: 'delete' },
    counted: 'change',
    check: checkMayChange,
    told: (message, { seq, by }) => ({ kind: 'MessageDeleted', room, message, seq, by }),
  });
}
