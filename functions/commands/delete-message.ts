import type { Context } from '../delivery/context.ts';
import type { DeleteMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { checkMayChange, type Service } from '../rooms/access.ts';
import { changeMessage } from './change-message.ts';

/**
 * Replaces a message by a tombstone. Only its author and moderators may.
 * @throws ChatError NOT_THE_AUTHOR, and what `changeMessage` throws
 */
export const deleteMessage = (
  command: DeleteMessage,
  session: Session | Service,
  context: Context,
): Promise<Event[]> =>
  changeMessage(command, session, context, {
    fields: { kind: 'delete' },
    check: checkMayChange,
    whenFull: 'TOO_LONG',
  });
