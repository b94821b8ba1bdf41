import type { PostingContext } from '../delivery/context.ts';
import { userConnections } from '../delivery/presence.ts';
import { isOpen } from '../delivery/retry.ts';
import { hasValidToken } from '../domain/connection.ts';
import { actorId, type User } from '../domain/member.ts';
import type { Message } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { newestMessages } from '../log/history.ts';
import type { Database } from '../store/database.ts';
import { getMember, listRoomsOf } from '../store/members.ts';
import { getRooms, type RoomState } from '../store/rooms.ts';

/** A room in its member's list. */
export interface RoomSummary {
  readonly room: Room;
  /** When the room last changed, in milliseconds since the epoch; 0 if it never did. */
  readonly lastAt: number;
  readonly lastMessage: Message | undefined;
  /** The number of messages of other users after the member's read mark, counted up to 99. */
  readonly unread: number;
  /** Whether there may be more unread messages than were counted. */
  readonly unreadCapped: boolean;
}

/** The position after a room in the list. */
export interface RoomCursor {
  readonly lastAt: number;
  readonly id: string;
}

/** All rooms of a user are read to sort them by their last change, so their number is limited. */
const MAX_LISTED_ROOMS = 1_000;

/** Clients show "99+" above this. */
const UNREAD_CAP = 99;

const latestFirst = (one: RoomCursor, other: RoomCursor): number =>
  other.lastAt - one.lastAt || (one.id < other.id ? -1 : Number(one.id > other.id));

const cursorOf = ({ room, lastAt }: RoomState): RoomCursor => ({ lastAt, id: room.id });

/** Returns undefined if the user is no longer a member: the index that listed the room may lag. */
async function summarize(
  { room, lastAt }: RoomState,
  user: User,
  db: Database,
): Promise<RoomSummary | undefined> {
  const member = await getMember(db, room.id, user.id);
  if (!member) return undefined;
  const behind = Math.max(1, room.seq - member.readTo);
  const limit = Math.min(behind, UNREAD_CAP + 1);
  const { messages, hasMore } = await newestMessages(db, room.id, { limit });
  const unseen = messages.filter(({ id }) => id > member.readTo);
  const unread = unseen.filter(({ author }) => actorId(author) !== actorId(user)).length;
  const mayHaveMore = hasMore && unseen.length === messages.length && behind > messages.length;
  return {
    room,
    lastAt,
    lastMessage: messages[0],
    unread: Math.min(unread, UNREAD_CAP),
    unreadCapped: unread > UNREAD_CAP || mayHaveMore,
  };
}

/**
 * Sets the unread count to zero for rooms in which an open connection of the user reads messages on delivery, because
 * the read mark moves only when that connection closes. A row can outlive its socket, so each socket is checked.
 */
async function withoutRoomsBeingRead(
  summaries: readonly RoomSummary[],
  user: User,
  context: PostingContext,
): Promise<readonly RoomSummary[]> {
  const unread = summaries.filter((summary) => summary.unread > 0).map(({ room }) => room);
  const rows = unread.length > 0 ? await userConnections(user.id, unread, context) : [];
  const now = context.now();
  const reading = rows.filter((row) => row.reads === 'auto' && hasValidToken(row, now));
  const ids = [...new Set(reading.map(({ id }) => id))];
  const open = await Promise.all(ids.map((id) => isOpen(id, context.poster)));
  const beingRead = new Set(reading.filter(({ id }) => open[ids.indexOf(id)]).map(({ room }) => room));
  return summaries.map((summary) =>
    beingRead.has(summary.room.id) ? { ...summary, unread: 0, unreadCapped: false } : summary,
  );
}

/** Returns a page of the rooms that a user is a member of, latest first. */
export async function listRooms(
  user: User,
  { cursor, limit }: { cursor?: RoomCursor | undefined; limit: number },
  context: PostingContext,
): Promise<{ rooms: readonly RoomSummary[]; next: RoomCursor | undefined }> {
  const { db } = context;
  const ids = await listRoomsOf(db, user.id, MAX_LISTED_ROOMS);
  const states = (await getRooms(db, ids)).toSorted((one, other) =>
    latestFirst(cursorOf(one), cursorOf(other)),
  );
  const remaining = cursor ? states.filter((state) => latestFirst(cursor, cursorOf(state)) < 0) : states;
  const page = remaining.slice(0, limit);
  const summaries = await Promise.all(page.map((state) => summarize(state, user, db)));
  const rooms = summaries.filter((summary) => summary !== undefined);
  const last = page.at(-1);
  return {
    rooms: await withoutRoomsBeingRead(rooms, user, context),
    next: last && remaining.length > limit ? cursorOf(last) : undefined,
  };
}
