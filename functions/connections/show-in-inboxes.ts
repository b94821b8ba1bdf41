import type { PostingContext } from '../delivery/leave.ts';
import { post } from '../delivery/publish.ts';
import { authentic, type Connection } from '../domain/connection.ts';
import { inboxOf, type Room } from '../domain/room.ts';
import { deleteConnection, listConnections, putInInbox } from '../store/connections.ts';
import { getMember } from '../store/members.ts';
import { getRoom } from '../store/rooms.ts';
import { findConnection } from '../store/shards.ts';
import { inboxRow } from './open-inbox.ts';

/** @returns false where the inbox hears of the room already: of one that has grown, maybe in another shard */
async function putUnlessThere(row: Connection, room: Room, { db }: PostingContext): Promise<boolean> {
  const there = room.shards > 1 && (await findConnection(db, row.id, room));
  return there ? false : putInInbox(db, row);
}

/**
 * Has the open inboxes of somebody who has become a member hear of the room, and tells them. Those that hear of it
 * already are told nothing.
 */
export async function showInInboxes(id: string, user: string, context: PostingContext): Promise<void> {
  const { db } = context;
  const now = context.now();
  const open = await listConnections(db, { id: inboxOf(user), shards: 1 }, now);
  const inboxes = open.filter((connection) => authentic(connection, now));
  const room = inboxes.length > 0 && (await getRoom(db, id));
  if (!room) return;
  const rows = inboxes.map((inbox) => inboxRow(inbox, room, now));
  const put = await Promise.all(rows.map((row) => putUnlessThere(row, room, context)));
  const added = rows.filter((_, index) => put[index]);
  if (added.length === 0) return;
  // Who was taken out again meanwhile is not among the connections that were ended then.
  const [present, member] = await Promise.all([getRoom(db, id), getMember(db, id, user)]);
  if (present && member) {
    await post({ kind: 'Joined', room: id, seq: present.seq }, added, context);
  } else {
    await Promise.all(added.map((row) => deleteConnection(db, row)));
  }
}
