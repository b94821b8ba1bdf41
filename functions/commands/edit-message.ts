import type { Context } from '../delivery/context.ts';
import type { EditMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { FileInput, MessageFile } from '../domain/file.ts';
import { actorId } from '../domain/member.ts';
import { checkNotBlank, cleanText } from '../domain/message.ts';
import { checkMayChange, checkWriteAccess } from '../rooms/access.ts';
import { attachFile, checkFile } from '../rooms/files.ts';
import { getMessage } from '../store/log.ts';
import { changeMessage } from './change-message.ts';

/** Stores the new file only if the user may edit the message. Counts the edit against the rate limit. */
async function attach(
  file: FileInput,
  message: number,
  room: string,
  session: Session,
  context: Context,
): Promise<MessageFile> {
  const [member, before] = await Promise.all([
    checkWriteAccess(context, { room, by: session, counted: 'change', now: context.now() }),
    getMessage(context.db, room, message),
  ]);
  if (!before || before.deletedAt !== undefined) throw new ChatError('MESSAGE_NOT_FOUND');
  checkMayChange(before, member);
  return attachFile(file, { room, user: actorId(session.user) }, context);
}

/**
 * Replaces a message's text, and its file if the command has one. The text of a message with a file may be empty. Only
 * its author and moderators may edit it.
 * @throws ChatError EMPTY_TEXT, TOO_LONG, NOT_THE_AUTHOR, and what `attachFile` and `changeMessage` throw
 */
export async function editMessage(
  command: EditMessage,
  session: Session,
  context: Context,
): Promise<Event[]> {
  const room = command.room ?? session.room;
  const text = cleanText(command.text);
  if (command.file) checkFile(command.file);
  const file = command.file && (await attach(command.file, command.message, room, session, context));
  return changeMessage(command, session, context, {
    fields: { kind: 'edit', text, ...(file && { file }) },
    counted: file ? null : 'change',
    check: (message, member) => {
      checkMayChange(message, member);
      // The text is the caption of a file that stays.
      checkNotBlank(text, file ?? message.file);
    },
    whenFull: 'TOO_LONG',
  });
}
