import type { Change, Deletion } from '../domain/message.ts';
import { scrubChange } from '../store/log.ts';
import * as messages from '../store/messages.ts';
import { objectKey } from '../store/object-key.ts';
import { expireUpload } from '../store/uploads.ts';
import type { LogContext } from './context.ts';

/** The texts and files go everywhere that they stand: from the message, from the entries of its edits, from the store. */
async function bury(
  room: string,
  change: Deletion,
  { db, files, now }: LogContext,
): Promise<messages.Applied | undefined> {
  const buried = await messages.deleteMessage(db, room, change);
  // Also where the message was deleted before: who did may have ended before the rest was done.
  await Promise.all([
    ...(buried?.edits ?? []).map((seq) => scrubChange(db, room, seq)),
    ...(buried?.files ?? []).map((id) => expireUpload(db, room, id, now())),
    ...(buried?.files ?? []).map((id) => files().remove(objectKey(room, id))),
  ]);
  return buried;
}

/**
 * Brings a message to where a change in the log says that it is. May be done any number of times, by anybody.
 * @returns what became of it; undefined where there is no such message
 */
export async function applyChange(
  room: string,
  change: Change,
  context: LogContext,
): Promise<messages.Applied | undefined> {
  switch (change.kind) {
    case 'edit': {
      const applied = await messages.editMessage(context.db, room, change);
      // A text that no message took is nobody's to take out of the log when the message is deleted.
      if (applied?.outcome === 'overtaken') await scrubChange(context.db, room, change.seq);
      return applied;
    }
    case 'delete':
      return bury(room, change, context);
    case 'react':
      return messages.reactToMessage(context.db, room, change);
    default:
      return change satisfies never;
  }
}
