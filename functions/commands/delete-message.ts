import type { DeleteMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import type { Deletion } from '../domain/log.ts';
import type { Message } from '../domain/message.ts';
import { scrubChange } from '../store/log.ts';
import * as messages from '../store/messages.ts';
import { objectKey } from '../store/object-key.ts';
import { expireUpload } from '../store/uploads.ts';
import { changeMessage } from './change-message.ts';
import type { FilingParts } from './parts.ts';
import { checkMayChange } from './take-turn.ts';

/** The texts and files go everywhere that they stand: from the message, from the entries of its edits, from the store. */
async function bury(parts: FilingParts, room: string, change: Deletion): Promise<Message | undefined> {
  const { db, files, now } = parts;
  const buried = await messages.deleteMessage(db, room, change);
  await Promise.all([
    ...(buried?.edits ?? []).map((seq) => scrubChange(db, room, seq)),
    ...(buried?.files ?? []).map((id) => expireUpload(db, room, id, now())),
    ...(buried?.files ?? []).map((id) => files().remove(objectKey(room, id))),
  ]);
  return buried?.message;
}

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
    apply: (change) => bury(parts, room, change),
    told: (message, { seq, by }) => ({ kind: 'MessageDeleted', room, message, seq, by }),
  });
}
