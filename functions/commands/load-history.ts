import type { Context } from '../delivery/context.ts';
import type { LoadHistory } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { newestMessagesFor } from '../log/history.ts';
import { checkMembership } from '../rooms/access.ts';

/** Returns a page of the history. @throws ChatError NOT_A_MEMBER */
export async function loadHistory(
  command: LoadHistory,
  session: Session,
  { db }: Pick<Context, 'db'>,
): Promise<Event[]> {
  const room = command.room ?? session.room;
  const [page] = await Promise.all([
    newestMessagesFor(session.user.id, db, room, command),
    checkMembership(db, room, session.user),
  ]);
  return [{ kind: 'HistoryLoaded', room, ...page }];
}
