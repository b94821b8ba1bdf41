import { actorId, type User } from '../domain/member.ts';
import type { Message } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { newestMessages } from '../log/history.ts';
import type { Database } from '../store/database.ts';
import { getMember } from '../store/members.ts';
import type { RoomState } from '../store/rooms.ts';

/** A room as it stands in its member's list. */
export interface RoomSummary {
  readonly room: Room;
  /** When it last changed, in milliseconds since the epoch; 0 where nothing was ever said. */
  readonly lastAt: number;
  readonly lastMessage: Message | undefined;
  /** Messages of others after what the member has read, counted up to 99. */
  readonly unread: number;
  /** There may be more unread messages than were counted. */
  readonly unreadCapped: boolean;
}

/** A badge says "99+" and no more, so no more is read for it. */
const UNREAD_CAP = 99;

/** @returns undefined where the user is a member no more */
export async function summarizeRoom(
  { room, lastAt }: RoomState,
  user: User,
  db: Database,
): Promise<RoomSummary | undefined> {
  const member = await getMember(db, room.id, user.id);
  if (!member) return undefined;
  const behind = Math.max(1, room.seq - member.readTo);
  const { messages, hasMore } = await newestMessages(db, room.id, {
    limit: Math.min(behind, UNREAD_CAP + 1),
  });
  const news = messages.filter(({ id }) => id > member.readTo);
  const unread = news.filter(({ author }) => actorId(author) !== actorId(user)).length;
  return {
    room,
    lastAt,
    lastMessage: messages[0],
    unread: Math.min(unread, UNREAD_CAP),
    unreadCapped:
      unread > UNREAD_CAP || (hasMore && news.length === messages.length && behind > messages.length),
  };
}
