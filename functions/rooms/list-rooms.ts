import type { PostingContext } from '../delivery/leave.ts';
import type { User } from '../domain/member.ts';
import { listRoomsOf } from '../store/members.ts';
import { getRooms, type RoomState } from '../store/rooms.ts';
import { attendedRooms } from './attended-rooms.ts';
import { type RoomSummary, summarizeRoom } from './summarize-room.ts';

/** Where a list of rooms goes on: after the room with this id, which was at this place in time. */
export interface RoomCursor {
  readonly lastAt: number;
  readonly id: string;
}

/** A user's list is made of at most this many of their rooms: all are read to know which are the latest. */
const MAX_LISTED_ROOMS = 1_000;

const latestFirst = (one: RoomCursor, other: RoomCursor): number =>
  other.lastAt - one.lastAt || (one.id < other.id ? -1 : Number(one.id > other.id));

const placeOf = ({ room, lastAt }: RoomState): RoomCursor => ({ lastAt, id: room.id });

/** What a room's unread count would be after the mark that moves when a connection closes. */
async function withoutAttended(
  rooms: readonly RoomSummary[],
  user: User,
  context: PostingContext,
): Promise<readonly RoomSummary[]> {
  const news = rooms.filter(({ unread }) => unread > 0).map(({ room }) => room);
  const attended = await attendedRooms(user.id, news, context);
  return rooms.map((each) =>
    attended.has(each.room.id) ? { ...each, unread: 0, unreadCapped: false } : each,
  );
}

/** The rooms that a user is a member of, latest first, from a cursor on. */
export async function listRooms(
  user: User,
  { cursor, limit }: { cursor?: RoomCursor | undefined; limit: number },
  context: PostingContext,
): Promise<{ rooms: readonly RoomSummary[]; next: RoomCursor | undefined }> {
  const { db } = context;
  const ids = await listRoomsOf(db, user.id, MAX_LISTED_ROOMS);
  const states = (await getRooms(db, ids)).toSorted((one, other) =>
    latestFirst(placeOf(one), placeOf(other)),
  );
  const left = cursor ? states.filter((state) => latestFirst(cursor, placeOf(state)) < 0) : states;
  const page = left.slice(0, limit);
  const summaries = await Promise.all(page.map((state) => summarizeRoom(state, user, db)));
  const rooms = summaries.filter((summary) => summary !== undefined);
  const last = page.at(-1);
  return {
    rooms: await withoutAttended(rooms, user, context),
    next: last && left.length > limit ? placeOf(last) : undefined,
  };
}
