import { mapLimited } from '../delivery/concurrency.ts';
import type { PostingContext } from '../delivery/context.ts';
import { deliver } from '../delivery/deliver.ts';
import { post } from '../delivery/post.ts';
import { MAX_INBOX_ROOMS } from '../domain/audience.ts';
import { type Connection, hasValidToken, type Session } from '../domain/connection.ts';
import { inboxOf, type Room } from '../domain/room.ts';
import { deleteConnection, listConnections, putInInbox } from '../store/connections.ts';
import { getMember, getMemberships, listRoomsOf } from '../store/members.ts';
import { getRoom, getRooms } from '../store/rooms.ts';
import { findConnection, placedIn } from '../store/shards.ts';

// An inbox is a connection without a room. It has a row in each of its user's rooms (decision 006).

/** Returns the row of an inbox in a room. Messages posted to an inbox count as delivered, not as read. */
const inboxRow = (inbox: Connection, room: Room, now: number): Connection => ({
  ...inbox,
  room: room.id,
  shard: placedIn(inbox.id, room, now),
  reads: 'manual',
  via: 'inbox',
  home: { room: inbox.room, shard: inbox.shard },
});

/** Returns a row for each room of the user. Checks each membership, because the index of memberships lags. */
async function inboxRows(inbox: Session, { db, now }: PostingContext): Promise<Connection[]> {
  const { id: user } = inbox.user;
  const listed = await listRoomsOf(db, user, MAX_INBOX_ROOMS);
  const [states, memberships] = await Promise.all([getRooms(db, listed), getMemberships(db, user, listed)]);
  return states
    .filter(({ room }) => memberships.has(room.id))
    .map(({ room }) => inboxRow(inbox, room, now()));
}

/**
 * Adds an inbox to all rooms of its user, and posts the number of rooms to it. Checks the memberships once more after
 * writing the rows: a member who is removed meanwhile has their connections removed before the row exists.
 */
export async function openInbox(inbox: Session, context: PostingContext): Promise<void> {
  const { db } = context;
  const rows = await inboxRows(inbox, context);
  await mapLimited(rows, (row) => putInInbox(db, row));
  const ids = rows.map(({ room }) => room);
  const memberships = await getMemberships(db, inbox.user.id, ids);
  const event = { kind: 'InboxOpened', room: inbox.room, rooms: memberships.size } as const;
  const { gone } = await deliver(event, [inbox], context);
  // If the inbox closed meanwhile, `disconnect` ran before all rows existed.
  const obsolete = gone.length > 0 ? rows : rows.filter(({ room }) => !memberships.has(room));
  await mapLimited(obsolete, (row) => deleteConnection(db, row));
}

/** Adds a room to the open inboxes of a new member, and notifies those that did not have it yet. */
export async function addRoomToInboxes(id: string, user: string, context: PostingContext): Promise<void> {
  const { db } = context;
  const now = context.now();
  const connections = await listConnections(db, { id: inboxOf(user), shards: 1 }, now);
  const inboxes = connections.filter((connection) => hasValidToken(connection, now));
  const room = inboxes.length > 0 && (await getRoom(db, id));
  if (!room) return;
  const addRow = async (inbox: Connection) => {
    // In a room with several shards, the inbox may already have a row in another shard.
    const found = room.shards > 1 && (await findConnection(db, inbox.id, room));
    const row = inboxRow(inbox, room, now);
    return !found && (await putInInbox(db, row)) ? [row] : [];
  };
  const added = (await Promise.all(inboxes.map(addRow))).flat();
  if (added.length === 0) return;
  // A member who was removed meanwhile had their connections removed before these rows existed.
  const [current, member] = await Promise.all([getRoom(db, id), getMember(db, id, user)]);
  if (current && member) {
    await post({ kind: 'Joined', room: id, seq: current.seq }, added, context);
  } else {
    await Promise.all(added.map((row) => deleteConnection(db, row)));
  }
}
