import { isConcealed } from '../connections/inbox.ts';
import type { PostingContext } from '../delivery/context.ts';
import { userConnections } from '../delivery/presence.ts';
import { isOpen } from '../delivery/retry.ts';
import { isBlocked, type Reader } from '../domain/block.ts';
import { hasValidToken } from '../domain/connection.ts';
import { actorId, type Member, type User } from '../domain/member.ts';
import { currentMessages, isMentioned, type Message } from '../domain/message.ts';
import type { Placement, Preferences } from '../domain/preferences.ts';
import { type Kept, keptIn } from '../domain/retention.ts';
import { MAX_USER_ROOMS, otherUser, type Room } from '../domain/room.ts';
import { settleEnd } from '../log/settle.ts';
import type { Database } from '../store/database.ts';
import { type EntryOutline, getEntry, listOutlines } from '../store/log.ts';
import { getMembersAt, getMemberships, listRoomsOf } from '../store/members.ts';
import { listPlacements } from '../store/placements.ts';
import { getRooms, type RoomState } from '../store/rooms.ts';
import { blockListOf } from './blocks.ts';
import { isHidden, preferencesOf } from './preferences.ts';
import { type DescriptionContext, type MemberWithProfile, withProfiles } from './rooms.ts';

/** A room in its member's list. */
export interface RoomSummary {
  readonly room: Room;
  /** When the room last changed, in milliseconds since the epoch; 0 if it never did. */
  readonly lastAt: number;
  readonly lastMessage: Message | undefined;
  /** The other member of a direct room; undefined in a group. */
  readonly other: MemberWithProfile | undefined;
  /** The number of messages of other users after the member's read mark, counted up to 99. */
  readonly unread: number;
  /** The number of these messages that mention the member. */
  readonly mentioned: number;
  /** Whether there may be more unread messages than were counted. */
  readonly unreadCapped: boolean;
  /** Whether a stranger added the user, who has not accepted the room yet. */
  readonly isRequest: boolean;
  readonly preferences: Preferences;
}

/** The position after a room in the list. */
export interface RoomCursor {
  readonly lastAt: number;
  readonly id: string;
  readonly pinned?: true | undefined;
}

/** Clients show "99+" above this. */
const UNREAD_CAP = 99;

/** The number of extra entries to read for each page, since the log also holds edits and deletes. */
const READ_AHEAD = 10;

/** Own messages and changes are read too, but not counted. After so many entries the count is given as capped. */
const MAX_COUNTED_ENTRIES = 500;

/** A room, and where its member has put it in the list. */
interface PlacedRoom extends RoomState {
  readonly placement: Placement;
}

/** Compares the places of two rooms: pinned rooms come first, and then the latest. */
const inOrder = (one: RoomCursor, other: RoomCursor): number =>
  Number(other.pinned ?? false) - Number(one.pinned ?? false) ||
  other.lastAt - one.lastAt ||
  (one.id < other.id ? -1 : Number(one.id > other.id));

const cursorOf = ({ room, activeAt, placement }: PlacedRoom): RoomCursor => ({
  lastAt: activeAt,
  id: room.id,
  ...(placement.pinned && { pinned: true }),
});

/** The newest part of a room's log, as far as the summary of the room needs it. */
interface Tail {
  readonly unread: number;
  /** The number of unread messages that mention the member. */
  readonly mentioned: number;
  /** Whether unread messages may be missing from `unread`. */
  readonly isCut: boolean;
  /** The sequence number of the newest message that is not deleted. */
  readonly newest: number | undefined;
  /** The sequence number of the last edit of that message. */
  readonly edit: number | undefined;
}

/**
 * Counts the unread messages of a member without reading texts. A message whose delete is logged but not yet applied
 * does not count, and neither do hidden messages.
 */
async function readTail(room: Room, member: Member, user: Reader, kept: Kept, db: Database): Promise<Tail> {
  const readTo = Math.max(member.readTo, member.addedAt);
  const limit = Math.max(1, Math.min(room.seq - readTo, UNREAD_CAP + 1)) + READ_AHEAD;
  const deleted = new Set<number>();
  const edits = new Map<number, EntryOutline>();
  let newest: number | undefined;
  let unread = 0;
  let mentioned = 0;
  let read = 0;
  let before: number | undefined;
  for (;;) {
    const page = await listOutlines(db, room.id, { before, limit });
    const outlines = page.outlines.filter(
      ({ seq, time = Infinity }) => seq > kept.floor && time > kept.horizon,
    );
    // Entries below one that is gone are older.
    const hasMore = page.hasMore && outlines.length === page.outlines.length;
    for (const outline of outlines) {
      const { kind, seq, message = 0, author, deletedAt } = outline;
      if (kind === 'delete') deleted.add(message);
      else if (kind === 'edit' && !edits.has(message)) edits.set(message, outline);
      if (kind !== 'message' || deletedAt !== undefined || deleted.has(seq)) continue;
      if (author && isBlocked(user.blocked, author)) continue;
      newest ??= seq;
      if (seq <= readTo || !author || actorId(author) === actorId(user)) continue;
      unread++;
      // The last edit may be logged but not yet applied.
      if (isMentioned(edits.get(seq)?.mentions ?? outline.mentions, user)) mentioned++;
    }
    read += outlines.length;
    // A message in flight is neither in this list nor posted to an inbox that has opened meanwhile (decision 012).
    if (before === undefined && (await settleEnd(db, room, { read: page.outlines, hasMore }, kept))) {
      return readTail(room, member, user, kept, db);
    }
    before = outlines.length > 0 ? Math.min(...outlines.map(({ seq, from = seq }) => from)) : undefined;
    const countedAll = !hasMore || before === undefined || before <= readTo + 1;
    const ended = countedAll || unread > UNREAD_CAP || read >= MAX_COUNTED_ENTRIES;
    if (!hasMore || before === undefined || (ended && newest !== undefined)) {
      const edit = newest === undefined ? undefined : edits.get(newest)?.seq;
      return { unread, mentioned, isCut: !countedAll, newest, edit };
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
  { room, lastAt, placement }: PlacedRoom,
  member: Member,
  { user, hidden }: { readonly user: Reader; readonly hidden: boolean },
  context: PostingContext,
): Promise<Omit<RoomSummary, 'other'>> {
  const { db } = context;
  const tail = await readTail(room, member, user, keptIn(room, context), db);
  return {
    room,
    lastAt,
    lastMessage: await readNewest(room.id, tail, db),
    unread: Math.min(tail.unread, UNREAD_CAP),
    mentioned: Math.min(tail.mentioned, UNREAD_CAP),
    unreadCapped: tail.unread > UNREAD_CAP || tail.isCut,
    isRequest: member.pending ?? false,
    preferences: preferencesOf(member, placement, hidden),
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
    beingRead.has(summary.room.id) ? { ...summary, unread: 0, mentioned: 0, unreadCapped: false } : summary,
  );
}

/** Returns the other members of the caller's direct rooms with their names and presence, by the room's id. */
async function readOthers(
  own: readonly Member[],
  context: DescriptionContext,
): Promise<ReadonlyMap<string, MemberWithProfile>> {
  const places = own.flatMap(({ room, user }) => {
    const other = otherUser(room, user);
    return other === undefined ? [] : [{ room, user: other }];
  });
  const others = await withProfiles(await getMembersAt(context.db, places), own[0], context);
  return new Map(others.map((other) => [other.room, other]));
}

/** Returns the first `count` rooms that the user has hidden, or has not hidden. */
async function firstRooms(
  rooms: readonly PlacedRoom[],
  { user, hidden, count }: { readonly user: Reader; readonly hidden: boolean; readonly count: number },
  db: Database,
): Promise<readonly PlacedRoom[]> {
  const found: PlacedRoom[] = [];
  for (const each of rooms) {
    if (found.length === count) break;
    // Only a room that the user has hidden needs a read.
    if ((await isHidden(each.room, each.placement, user, db)) === hidden) found.push(each);
  }
  return found;
}

/**
 * Returns a page of the rooms that a user is a member of: pinned rooms first, and then the latest first.
 * @param page.hidden lists the rooms that the user has hidden instead of the others
 */
export async function listRooms(
  user: User,
  {
    cursor,
    limit,
    hidden,
  }: { readonly cursor?: RoomCursor; readonly limit: number; readonly hidden: boolean },
  context: PostingContext & DescriptionContext,
): Promise<{ rooms: readonly RoomSummary[]; next: RoomCursor | undefined }> {
  const { db } = context;
  // All rooms of a user are read to sort them, so that a message need not update an item of each member.
  const [ids, placements, blocked] = await Promise.all([
    listRoomsOf(db, user.id, MAX_USER_ROOMS),
    listPlacements(db, user.id),
    blockListOf(user, context),
  ]);
  const reader = { ...user, blocked };
  const states = (await getRooms(db, ids))
    .map((state): PlacedRoom => ({ ...state, placement: placements.get(state.room.id) ?? {} }))
    .toSorted((one, other) => inOrder(cursorOf(one), cursorOf(other)));
  const remaining = cursor ? states.filter((state) => inOrder(cursor, cursorOf(state)) < 0) : states;
  const first = await firstRooms(remaining, { user: reader, hidden, count: limit + 1 }, db);
  const page = first.slice(0, limit);
  const memberships = await getMemberships(
    db,
    user.id,
    page.map(({ room }) => room.id),
  );
  // The index of memberships lags, so the user may have left some of the rooms.
  const summaries = page.map((state) => {
    const member = memberships.get(state.room.id);
    const isShown = member && !isConcealed(reader, member);
    return isShown ? summarize(state, member, { user: reader, hidden }, context) : undefined;
  });
  const [others, ...found] = await Promise.all([
    readOthers([...memberships.values()], context),
    ...summaries,
  ]);
  const rooms = found.flatMap((summary) =>
    summary ? { ...summary, other: others.get(summary.room.id) } : [],
  );
  const last = page.at(-1);
  return {
    rooms: await withoutRoomsBeingRead(rooms, user, context),
    next: last && first.length > limit ? cursorOf(last) : undefined,
  };
}
