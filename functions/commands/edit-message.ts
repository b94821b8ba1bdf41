import type { Context } from '../delivery/context.ts';
import type { EditMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { actorId } from '../domain/member.ts';
import { checkNotBlank, cleanText } from '../domain/message.ts';
import { checkMayChange, type Service } from '../rooms/access.ts';
import { attachFile, checkFile } from '../rooms/files.ts';
import { changeMessage } from './change-message.ts';

/**
 * Replaces a message's text, and its file if the command has one. The text of a message with a file may be empty. Only
 * its author and moderators may edit it.
 * @throws ChatError EMPTY_TEXT, TOO_LONG, NOT_THE_AUTHOR, and what `attachFile` and `changeMessage` throw
 */
export async function editMessage(
  command: EditMessage,
  session: Session | Service,
  context: Context,
): Promise<Event[]> {
  const text = cleanText(command.text);
  const { file } = command;
  if (file) checkFile(file);
  const uploader = {
    room: command.room ?? session.room,
    user: actorId(session.user),
    guest: session.user.guest,
  };
  return changeMessage(command, session, context, {
    fields: { kind: 'edit', text },
    attach: file && (() => attachFile(file, uploader, context)),
    check: (message, member) => {
      checkMayChange(message, member);
      // The text is the caption of a file that stays.
      checkNotBlank(text, file ?? message.file);
    },
    whenFull: 'TOO_LONG',
    effectOn: async (message) => (file === undefined && text === message.text ? 'none' : 'change'),
  });
}
