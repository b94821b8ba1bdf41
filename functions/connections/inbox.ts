import { mapLimited } from '../delivery/concurrency.ts';
import type { PostingContext } from '../delivery/context.ts';
import type { Delivery } from '../delivery/deliver.ts';
import { announcePresence } from '../delivery/presence.ts';
import { post } from '../delivery/publish.ts';
import { close } from '../delivery/retry.ts';
import { MAX_INBOX_ROOMS } from '../domain/audience.ts';
import { isBlocked, type Reader } from '../domain/block.ts';
import {
  bringsOnline,
  type Connection,
  hasValidToken,
  isPresence,
  type Reads,
  type Session,
} from '../domain/connection.ts';
import type { InboxOpened } from '../domain/event.ts';
import type { Member } from '../domain/member.ts';
import { inboxOf, MAX_USER_ROOMS, type Room } from '../domain/room.ts';
import {
  deleteConnection,
  getConnection,
  listConnections,
  putBlocked,
  putInInbox,
} from '../store/connections.ts';
import { getMember, getMemberships, listRoomsOf } from '../store/members.ts';
import { getRoom, getRooms } from '../store/rooms.ts';
import { findConnection, placedIn } from '../store/shards.ts';

// An inbox is a connection that was not opened for one room. It receives the new messages of all rooms of its user, so
// the table has one row for it in each of these rooms (decision 006).

/**
 * Returns how a message counts when it reaches an inbox: as delivered, but not as read. In a request it counts as
 * neither, so that a stranger does not learn when the user is online.
 */
export const inboxReads = ({ pending }: Member): Reads => (pending ? 'none' : 'manual');

/**
 * Whether a room is concealed from a member: a user whom the member has blocked added them, and the member has not
 * entered the room.
 */
export const isConcealed = (
  { blocked }: Pick<Reader, 'blocked'>,
  { addedByBlocked }: Pick<Member, 'addedByBlocked'>,
): boolean => addedByBlocked !== undefined && isBlocked(blocked, { id: addedByBlocked });

/** Returns the row of an inbox in a room. */
const inboxRow = (inbox: Connection, room: Room, member: Member, now: number): Connection => ({
  ...inbox,
  room: room.id,
  shard: placedIn(inbox.id, room, now),
  reads: inboxReads(member),
  via: 'inbox',
  home: { room: inbox.room, shard: inbox.shard },
});

/** A room of an inbox, with the inbox's row there. */
export interface InboxRow {
  readonly row: Connection;
  readonly room: Room;
  readonly member: Member;
}

/**
 * Returns a row for each of the user's rooms that changed last. Checks each membership, because the index of
 * memberships lags.
 */
async function inboxRows(inbox: Session, { db, now }: PostingContext): Promise<InboxRow[]> {
  const { id: user } = inbox.user;
  const all = await getRooms(db, await listRoomsOf(db, user, MAX_USER_ROOMS));
  const states = all.toSorted((one, other) => other.activeAt - one.activeAt).slice(0, MAX_INBOX_ROOMS);
  const memberships = await getMemberships(
    db,
    user,
    states.map(({ room }) => room.id),
  );
  return states.flatMap(({ room }) => {
    const member = memberships.get(room.id);
    const isShown = member && !isConcealed(inbox, member);
    return isShown ? [{ row: inboxRow(inbox, room, member, now()), room, member }] : [];
  });
}

/**
 * Announces to the other user of each direct room that the inbox's user came online, unless they have not accepted the
 * room.
 * @param at as of `announcePresence`
 */
export async function announceOnline(
  rows: readonly InboxRow[],
  at: number,
  { db, poster, now }: PostingContext,
): Promise<void> {
  const announced = rows.filter(({ row, member }) => isPresence(row) && !member.pending);
  await mapLimited(announced, async ({ row, room }) => {
    const present = (await listConnections(db, room, now())).filter(isPresence);
    // The row as it is now: with the current block list, or gone if the inbox closed and was announced as offline.
    const own = present.find(({ id }) => id === row.id);
    if (own && bringsOnline(own, present)) await announcePresence(own, true, present, at, { poster, now });
  });
}

/**
 * Copies the user's block list to new rows of an inbox, if it changed while they were written.
 * @returns the inbox's own row; undefined if there is none
 */
async function refreshBlocked(
  inbox: Connection,
  rows: readonly Connection[],
  { db }: PostingContext,
): Promise<Connection | undefined> {
  const current = await getConnection(db, inbox);
  const { blocked } = current ?? {};
  if (blocked && blocked.revision !== inbox.blocked?.revision) {
    await mapLimited(rows, (row) => putBlocked(db, row, blocked));
  }
  return current;
}

/**
 * Adds an inbox to all rooms of its user, and posts the number of rooms to it. Checks the memberships once more after
 * writing the rows, because a removal of the member just before did not find the new row.
 * @param deliverFirst delivers the inbox's first frame, as soon as the connection is open
 * @returns the rooms that the inbox has now
 */
export async function openInbox(
  inbox: Session,
  context: PostingContext,
  deliverFirst: (event: InboxOpened) => Promise<Pick<Delivery, 'gone'> | undefined>,
): Promise<readonly InboxRow[]> {
  const { db, poster } = context;
  const found = await inboxRows(inbox, context);
  const rows = found.map(({ row }) => row);
  await mapLimited(rows, (row) => putInInbox(db, row));
  const ids = rows.map(({ room }) => room);
  const memberships = await getMemberships(db, inbox.user.id, ids);
  const opened = ({ blocked }: Pick<Connection, 'blocked'>): InboxOpened => ({
    ...{ kind: 'InboxOpened', room: inbox.room, rooms: memberships.size },
    ...(blocked && { blocks: blocked.revision }),
  });
  const posted = await deliverFirst(opened(inbox));
  // If the inbox closed meanwhile, `disconnect` ran before all rows existed.
  const isOpen = posted !== undefined && posted.gone.length === 0;
  const current = isOpen ? await refreshBlocked(inbox, rows, context) : undefined;
  // A ban removes the row, but cannot close a socket whose handshake is not over.
  if (isOpen && !current) await close(inbox.id, poster);
  // A change of the list cannot be posted to such a socket either.
  if (current && current.blocked?.revision !== inbox.blocked?.revision)
    await post(opened(current), [current], context);
  const obsolete = current ? rows.filter(({ room }) => !memberships.has(room)) : rows;
  await mapLimited(obsolete, (row) => deleteConnection(db, row));
  return found.filter(({ row }) => !obsolete.includes(row));
}

/** Adds a room to the open inboxes of a new member, and notifies those that did not have it yet. */
export async function addRoomToInboxes(id: string, user: string, context: PostingContext): Promise<void> {
  const { db } = context;
  const now = context.now();
  const connections = await listConnections(db, { id: inboxOf(user), shards: 1 }, now);
  const inboxes = connections.filter((connection) => hasValidToken(connection, now));
  if (inboxes.length === 0) return;
  const [room, added] = await Promise.all([getRoom(db, id), getMember(db, id, user)]);
  if (!room || !added) return;
  const addRow = async (inbox: Connection) => {
    if (isConcealed(inbox, added)) return [];
    // In a room with several shards, the inbox may already have a row in another shard.
    const found = room.shards > 1 && (await findConnection(db, inbox.id, room));
    const row = inboxRow(inbox, room, added, now);
    return !found && (await putInInbox(db, row)) ? [row] : [];
  };
  const rows = (await Promise.all(inboxes.map(addRow))).flat();
  if (rows.length === 0) return;
  // If the member was removed just before, the removal did not find these new rows.
  const [current, member] = await Promise.all([
    getRoom(db, id),
    getMember(db, id, user),
    ...inboxes.map((inbox) =>
      refreshBlocked(
        inbox,
        rows.filter((row) => row.id === inbox.id),
        context,
      ),
    ),
  ]);
  if (current && member) {
    await post({ kind: 'Joined', room: id, seq: current.seq }, rows, context);
  } else {
    await Promise.all(rows.map((row) => deleteConnection(db, row)));
  }
}
