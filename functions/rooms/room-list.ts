import type { PostingContext } from '../delivery/context.ts';
import { userConnections } from '../delivery/presence.ts';
import { isOpen } from '../delivery/retry.ts';
import { hasValidToken } from '../domain/connection.ts';
import { actorId, type Member, type User } from '../domain/member.ts';
import { currentMessages, type Message } from '../domain/message.ts';
import { MAX_USER_ROOMS, type Room } from '../domain/room.ts';
import { settleEnd } from '../log/history.ts';
import type { Database } from '../store/database.ts';
import { getEntry, listOutlines } from '../store/log.ts';
import { getMemberships, listRoomsOf } from '../store/members.ts';
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
  /** Whether a stranger added the user, who has not accepted the room yet. */
  readonly isRequest: boolean;
}

/** The position after a room in the list. */
export interface RoomCursor {
  readonly lastAt: number;
  readonly id: string;
}

/** Clients show "99+" above this. */
const UNREAD_CAP = 99;

/** The number of extra entries to read for each page, since the log also holds edits and deletes. */
const READ_AHEAD = 10;

/** Own messages and changes are read too, but not counted. After so many entries the count is given as capped. */
const MAX_COUNTED_ENTRIES = 500;

const latestFirst = (one: RoomCursor, other: RoomCursor): number =>
  other.lastAt - one.lastAt || (one.id < other.id ? -1 : Number(one.id > other.id));

const cursorOf = ({ room, lastAt }: RoomState): RoomCursor => ({ lastAt, id: room.id });

/** The newest part of a room's log, as far as the summary of the room needs it. */
interface Tail {
  readonly unread: number;
  /** Whether unread messages may be missing from `unread`. */
  readonly isCut: boolean;
  /** The sequence number of the newest message that is not deleted. */
  readonly newest: number | undefined;
  /** The sequence number of the last edit of that message. */
  readonly edit: number | undefined;
}

/**
 * Counts the unread messages of a member without reading texts. A message whose delete is logged but not yet applied
 * does not count.
 */
async function readTail(room: Room, member: Member, user: User, db: Database): Promise<Tail> {
  const readTo = Math.max(member.readTo, member.addedAt);
  const limit = Math.max(1, Math.min(room.seq - readTo, UNREAD_CAP + 1)) + READ_AHEAD;
  const deleted = new Set<number>();
  const edits = new Map<number, number>();
  let newest: number | undefined;
  let unread = 0;
  let read = 0;
  let before: number | undefined;
  for (;;) {
    const { outlines, hasMore } = await listOutlines(db, room.id, { before, limit });
    for (const { kind, seq, message = 0, author, deletedAt } of outlines) {
      if (kind === 'delete') deleted.add(message);
      else if (kind === 'edit' && !edits.has(message)) edits.set(message, seq);
      if (kind !== 'message' || deletedAt !== undefined || deleted.has(seq)) continue;
      newest ??= seq;
      if (seq > readTo && author && actorId(author) !== actorId(user)) unread++;
    }
    read += outlines.length;
    // A message in flight is neither in this list nor posted to an inbox that has opened meanwhile (decision 012).
    if (before === undefined && (await settleEnd(db, room, { read: outlines, hasMore }))) {
      return readTail(room, member, user, db);
    }
    before = outlines.length > 0 ? Math.min(...outlines.map(({ seq, from = seq }) => from)) : undefined;
    const countedAll = !hasMore || before === undefined || before <= readTo + 1;
    const ended = countedAll || unread > UNREAD_CAP || read >= MAX_COUNTED_ENTRIES;
    if (!hasMore || before === undefined || (ended && newest !== undefined)) {
      const edit = newest === undefined ? undefined : edits.get(newest);
      return { unread, isCut: !countedAll, newest, edit };
    }
  }
}

/** Returns the message that a tail names, with its last edit, which may be logged but not yet applied. */
async function readNewest(room: string, { newest, edit }: Tail, db: Database): Promise<Message | undefined> {
  const read = (seq: number | undefined) => (seq === undefined ? undefined : getEntry(db, room, seq));
  const entries = await Promise.all([read(edit), read(newest)]);
  return currentMessages(entries.filter((entry) => entry !== undefined))[0];
}

async function summarize(
  { room, lastAt }: RoomState,
  member: Member,
  user: User,
  db: Database,
): Promise<RoomSummary> {
  const tail = await readTail(room, member, user, db);
  return {
    room,
    lastAt,
    lastMessage: await readNewest(room.id, tail, db),
    unread: Math.min(tail.unread, UNREAD_CAP),
    unreadCapped: tail.unread > UNREAD_CAP || tail.isCut,
    isRequest: member.pending ?? false,
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
  // All rooms of a user are read to sort them, so that a message need not update an item of each member.
  const ids = await listRoomsOf(db, user.id, MAX_USER_ROOMS);
  const states = (await getRooms(db, ids)).toSorted((one, other) =>
    latestFirst(cursorOf(one), cursorOf(other)),
  );
  const remaining = cursor ? states.filter((state) => latestFirst(cursor, cursorOf(state)) < 0) : states;
  const page = remaining.slice(0, limit);
  const memberships = await getMemberships(
    db,
    user.id,
    page.map(({ room }) => room.id),
  );
  // The index of memberships lags, so the user may have left some of the rooms.
  const summaries = page.map((state) => {
    const member = memberships.get(state.room.id);
    return member && summarize(state, member, user, db);
  });
  const rooms = (await Promise.all(summaries)).filter((summary) => summary !== undefined);
  const last = page.at(-1);
  return {
    rooms: await withoutRoomsBeingRead(rooms, user, context),
    next: last && remaining.length > limit ? cursorOf(last) : undefined,
  };
}
