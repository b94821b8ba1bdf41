import type { LoadHistory } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import { type LogEntry, remaining, seqOf } from '../domain/log.ts';
import type { Message } from '../domain/message.ts';
import type { Database } from '../store/database.ts';
import { listLog } from '../store/log.ts';
import type { Parts } from '../delivery/context.ts';
import { checkedMember } from '../rooms/access.ts';

/** Read beyond what is asked for, since edits and deletes stand in the log too. */
const READ_AHEAD = 10;

/** The newest messages of a room that are not deleted, newest first, and whether there are older ones. */
export async function newestMessages(
  db: Database,
  room: string,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<{ messages: readonly Message[]; hasMore: boolean }> {
  const entries: LogEntry[] = [];
  let from = before;
  for (;;) {
    const page = await listLog(db, room, { before: from, limit: limit + READ_AHEAD });
    entries.push(...page.entries);
    const messages = remaining(entries);
    if (messages.length > limit) return { messages: messages.slice(0, limit), hasMore: true };
    const last = page.entries.at(-1);
    if (!page.hasMore || !last) return { messages, hasMore: false };
    from = seqOf(last);
  }
}

/** @throws ChatError NOT_A_MEMBER */
export async function loadHistory(
  command: LoadHistory,
  session: Session,
  { db }: Pick<Parts, 'db'>,
): Promise<Event[]> {
  const room = command.room ?? session.room;
  const [page] = await Promise.all([
    newestMessages(db, room, command),
    checkedMember(db, room, session.user),
  ]);
  return [{ kind: 'HistoryLoaded', room, ...page }];
}
