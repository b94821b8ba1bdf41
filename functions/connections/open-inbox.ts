import { deliver } from '../delivery/deliver.ts';
import type { PostingContext } from '../delivery/leave.ts';
import { mapLimited } from '../delivery/map-limited.ts';
import { MAX_INBOX_ROOMS } from '../domain/audience.ts';
import type { Connection, Session } from '../domain/connection.ts';
import type { Room } from '../domain/room.ts';
import { deleteConnection, putInInbox } from '../store/connections.ts';
import { listRoomsOf, withMember } from '../store/members.ts';
import { getRooms } from '../store/rooms.ts';
import { placedIn } from '../store/shards.ts';

/** How an inbox hears of one of its user's rooms. What it is sent there is delivered, and not read. */
export const inboxRow = (
  inbox: Connection,
  room: Pick<Room, 'id' | 'shards' | 'grown'>,
  now: number,
): Connection => ({
  ...inbox,
  room: room.id,
  shard: placedIn(inbox.id, room, now),
  reads: 'manual',
  via: 'inbox',
  home: { room: inbox.room, shard: inbox.shard },
});

/** A row for each room that the user is in now: the list of their rooms lags, so it may name one that they left. */
async function userConnections(session: Session, { db, now }: PostingContext): Promise<Connection[]> {
  const listed = await listRoomsOf(db, session.user.id, MAX_INBOX_ROOMS);
  const [states, theirs] = await Promise.all([getRooms(db, listed), withMember(db, session.user.id, listed)]);
  return states.filter(({ room }) => theirs.has(room.id)).map(({ room }) => inboxRow(session, room, now()));
}

/**
 * Has a connection without a room hear of all rooms of its user, then tells it so. Who was taken out of one while the
 * rows were written is not among the connections that were ended then, so it is looked up once more.
 */
export async function openInbox(session: Session, context: PostingContext): Promise<void> {
  const { db } = context;
  const rows = await userConnections(session, context);
  await mapLimited(rows, (row) => putInInbox(db, row));
  const names = rows.map(({ room }) => room);
  const kept = await withMember(db, session.user.id, names);
  const event = { kind: 'InboxOpened', room: session.room, rooms: kept.size } as const;
  const { gone } = await deliver(event, [session], context);
  // One that has ended meanwhile was cleared away by its end before all rows were there.
  const idle = gone.length > 0 ? rows : rows.filter(({ room }) => !kept.has(room));
  await mapLimited(idle, (row) => deleteConnection(db, row));
}
