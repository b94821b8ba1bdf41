import type { Context } from '../delivery/context.ts';
import type { EditMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { CustomData } from '../domain/custom-data.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { actorId } from '../domain/member.ts';
import { checkNotBlank, cleanText } from '../domain/message.ts';
import { checkMayChange, type Service } from '../rooms/access.ts';
import { attachFile, checkFile, describeFile } from '../rooms/files.ts';
import { changeMessage } from './change-message.ts';
import { checkDraft } from './check-draft.ts';

const SYSTEM_TEXT = 'No access: only the team that runs the chat can edit this message. Delete it instead.';

/** Whether an edit leaves the data of its message as it is. */
const isSameData = (edited: EditMessage['data'], data: CustomData | undefined): boolean =>
  edited === undefined || JSON.stringify(edited) === JSON.stringify(data ?? null);

/** Whether an edit leaves the mentions of its message as they are. */
const isSameMentions = (edited: EditMessage['mentions'], mentions: readonly string[] = []): boolean =>
  edited === undefined || (edited.length === mentions.length && edited.every((id) => mentions.includes(id)));

/**
 * Replaces a message's text, and its file, data and mentions if the command has them. The text of a message with a file may be
 * empty. Only its author and moderators may edit it.
 * @throws ChatError EMPTY_TEXT, TOO_LONG, NOT_THE_AUTHOR, and what `checkDraft`, `attachFile` and `changeMessage` throw
 */
export async function editMessage(
  command: EditMessage,
  session: Session | Service,
  context: Context,
): Promise<Event[]> {
  const text = cleanText(command.text);
  const { file, data, mentions, clientId } = command;
  if (file) checkFile(file);
  const uploader = {
    room: command.room ?? session.room,
    user: actorId(session.user),
    guest: session.user.guest,
  };
  return changeMessage(command, session, context, {
    fields: { kind: 'edit', text, ...(data !== undefined && { data }), ...(mentions && { mentions }) },
    revise: (message, write) =>
      checkDraft(write, context, async () => ({
        ...message,
        ...{ edited: message.id, by: session.user, text, clientId },
        file: file ? await describeFile(file, uploader, context) : message.file,
        data: data === undefined ? message.data : data,
        mentions: mentions ?? message.mentions,
      })),
    attach: file && ((message) => attachFile(file, uploader, Date.parse(message.createdAt), context)),
    check: (message, member) => {
      checkMayChange(message, member);
      // Moderators may delete a system message, but not change its text.
      if (message.type === 'system' && !('service' in session))
        throw new ChatError('NOT_THE_AUTHOR', SYSTEM_TEXT);
      // The text is the caption of a file that stays.
      checkNotBlank(text, file ?? message.file);
    },
    whenFull: 'TOO_LONG',
    effectOn: async (message) => {
      const isSameText = file === undefined && text === message.text;
      const isSame =
        isSameText && isSameData(data, message.data) && isSameMentions(mentions, message.mentions);
      return isSame ? 'none' : 'change';
    },
  });
}
