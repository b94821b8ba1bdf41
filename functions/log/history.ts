import { type LogEntry, remaining, seqOf } from '../domain/log.ts';
import type { Message } from '../domain/message.ts';
import type { Database } from '../store/database.ts';
import { listLog } from '../store/log.ts';

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
