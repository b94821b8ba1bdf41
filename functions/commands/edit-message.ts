import type { EditMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { checkedText } from '../domain/text.ts';
import * as messages from '../store/messages.ts';
import { changeMessage } from './change-message.ts';
import type { Parts } from './parts.ts';

/**
 * Gives a message a new text and tells the room.
 * @throws ChatError EMPTY_TEXT, TOO_LONG, and what `changeMessage` throws
 */
export async function editMessage(command: EditMessage, session: Session, parts: Parts): Promise<Event[]> {
  const room = command.room ?? session.room;
  return changeMessage(command, session, parts, {
    kind: 'edit',
    text: checkedText(command.text),
    apply: (change) => messages.editMessage(parts.db, room, change),
    told: (message, seq) => ({ kind: 'MessageEdited', room, message, seq }),
  });
}
