import type { DeleteMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import type { Change } from '../domain/log.ts';
import type { Message } from '../domain/message.ts';
import { scrubChange } from '../store/log.ts';
import * as messages from '../store/messages.ts';
import { changeMessage } from './change-message.ts';
import type { Parts } from './parts.ts';

/** The texts go everywhere that they stand: from the message, and from the entries of its edits. */
async function bury({ db }: Parts, room: string, change: Change): Promise<Message | undefined> {
  const buried = await messages.deleteMessage(db, room, change);
  await Promise.all((buried?.edits ?? []).map((seq) => scrubChange(db, room, seq)));
  return buried?.message;
}

/**
 * Leaves a tombstone of a message and tells the room.
 * @throws what `changeMessage` throws
 */
export async function deleteMessage(
  command: DeleteMessage,
  session: Session,
  parts: Parts,
): Promise<Event[]> {
  const room = command.room ?? session.room;
  return changeMessage(command, session, parts, {
    kind: 'delete',
    apply: (change) => bury(parts, room, change),
    told: (message, seq) => ({ kind: 'MessageDeleted', room, message, seq }),
  });
}
