import type { Context } from '../delivery/context.ts';
import type { EditMessage } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { MessageFile } from '../domain/file.ts';
import { actorId } from '../domain/member.ts';
import { checkedText, type Edit } from '../domain/message.ts';
import { checkMayChange, checkWriteAccess } from '../rooms/access.ts';
import { attachFile, checkFile } from '../rooms/attach-file.ts';
import { getMessage } from '../store/log.ts';
import { changeMessage } from './change-message.ts';

/**
 * A file is stored for a member who may change the message only; `changeMessage` asks again, since both take time, and
 * counts the edit no second time.
 */
async function attach(
  { message, file }: EditMessage,
  room: string,
  session: Session,
  context: Context,
): Promise<MessageFile | undefined> {
  const { user } = session;
  const [member, before] = await Promise.all([
    checkWriteAccess(context, { room, by: session, counted: 'change', now: context.now() }),
    getMessage(context.db, room, message),
  ]);
  if (!before || before.deletedAt !== undefined) throw new ChatError('MESSAGE_NOT_FOUND');
  checkMayChange(before, member);
  return file && attachFile(file, { room, user: actorId(user) }, context);
}

/**
 * Gives a message a new text and tells the room: its author may, and a moderator.
 * @throws ChatError EMPTY_TEXT, TOO_LONG, NOT_THE_AUTHOR, and what `changeMessage` throws
 */
export async function editMessage(
  command: EditMessage,
  session: Session,
  context: Context,
): Promise<Event[]> {
  const room = command.room ?? session.room;
  const text = checkedText(command.text, command.file);
  if (command.file) checkFile(command.file);
  const file = command.file && (await attach(command, room, session, context));
  return changeMessage<Edit>(command, session, context, {
    fields: { kind: 'edit', text, ...(file && { file }) },
    counted: file ? null : 'change',
    check: checkMayChange,
    told: (message, { seq, by }) => ({ kind: 'MessageEdited', room, message, seq, by }),
  });
}
