import type { Context } from '../delivery/context.ts';
import type { LoadHistory } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event } from '../domain/event.ts';
import type { User } from '../domain/member.ts';
import { keptIn } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import { latestMessages, type MessagePage, newestMessages } from '../log/history.ts';
import { readableRoom } from '../rooms/access.ts';
import { blockListOf } from '../rooms/blocks.ts';
import { withReaders } from '../store/messages.ts';

/**
 * Returns a page of a room's messages, without those of users whom the user has blocked. The newest page is complete up
 * to the room's `seq`.
 * @throws ChatError NOT_A_MEMBER
 */
export async function readHistory(
  room: string,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
  user: User,
  context: Pick<Context, 'db' | 'now' | 'retentionDays'>,
): Promise<MessagePage> {
  const { db } = context;
  const blocked = blockListOf(user, context);
  const reading = readableRoom(db, room, user);
  const keptOf = (found: Room) => keptIn(found, context);
  if (before === undefined) return latestMessages(db, room, reading, { limit, blocked }, keptOf);
  return newestMessages(db, room, { before, limit, blocked }, reading.then(keptOf));
}

/** Returns a page of the history. @throws ChatError NOT_A_MEMBER */
export async function loadHistory(
  command: LoadHistory,
  session: Session,
  context: Pick<Context, 'db' | 'now' | 'retentionDays'>,
): Promise<Event[]> {
  const room = command.room ?? session.room;
  const page = await readHistory(room, command, session.user, context);
  const messages = await withReaders(context.db, page.messages, [session.user.id]);
  return [{ kind: 'HistoryLoaded', room, ...page, messages }];
}
