import type { Context } from '../delivery/context.ts';
import type { LoadHistory } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import type { User } from '../domain/member.ts';
import { latestMessages, type MessagePage, newestMessages } from '../log/history.ts';
import { checkMembership, readableRoom } from '../rooms/access.ts';
import { withReaders } from '../store/messages.ts';

/**
 * Returns a page of a room's messages. The newest page is complete up to the room's `seq`.
 * @throws ChatError NOT_A_MEMBER
 */
export async function readHistory(
  room: string,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
  user: User,
  { db }: Pick<Context, 'db'>,
): Promise<MessagePage> {
  if (before === undefined) return latestMessages(db, room, readableRoom(db, room, user), { limit });
  const [page] = await Promise.all([
    newestMessages(db, room, { before, limit }),
    checkMembership(db, room, user),
  ]);
  return page;
}

/** Returns a page of the history. @throws ChatError NOT_A_MEMBER */
export async function loadHistory(
  command: LoadHistory,
  session: Session,
  context: Pick<Context, 'db'>,
): Promise<Event[]> {
  const room = command.room ?? session.room;
  const page = await readHistory(room, command, session.user, context);
  const messages = await withReaders(context.db, page.messages, [session.user.id]);
  return [{ kind: 'HistoryLoaded', room, ...page, messages }];
}
