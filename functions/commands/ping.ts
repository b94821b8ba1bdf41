import type { Context } from '../delivery/context.ts';
import type { Ping } from '../domain/command.ts';
import type { Session } from '../domain/connection.ts';
import type { Event, Ponged } from '../domain/event.ts';
import type { User } from '../domain/member.ts';
import { isInbox } from '../domain/room.ts';
import { readableRoom } from '../rooms/access.ts';
import type { Database } from '../store/database.ts';
import { getMemberships } from '../store/members.ts';
import { getRooms } from '../store/rooms.ts';

/** Returns the rooms with the last sequence numbers of those that the user may read, in one round trip. */
async function withNumbers(
  db: Database,
  ids: readonly string[],
  user: User,
): Promise<NonNullable<Ponged['rooms']>> {
  const [states, memberships] = await Promise.all([
    getRooms(db, ids),
    user.guest ? undefined : getMemberships(db, user.id, ids),
  ]);
  const rooms = new Map(states.map(({ room }) => [room.id, room]));
  return ids.map((id) => {
    const room = rooms.get(id);
    const isReadable = room && (room.access === 'open' || memberships?.has(id));
    return { id, ...(isReadable && { seq: room.seq }) };
  });
}

/**
 * Returns the room's last sequence number, which shows the client whether it missed events, and those of the named
 * rooms. An inbox has no sequence numbers and gets 0.
 * @throws ChatError NOT_A_MEMBER
 */
export async function ping(command: Ping, session: Session, { db }: Pick<Context, 'db'>): Promise<Event[]> {
  const room = command.room ?? session.room;
  const isNameless = command.room === undefined && isInbox(room);
  const ids = [...new Set(command.rooms)];
  const [own, rooms] = await Promise.all([
    isNameless ? { seq: 0 } : readableRoom(db, room, session.user),
    ids.length > 0 ? withNumbers(db, ids, session.user) : undefined,
  ]);
  return [{ kind: 'Ponged', room, seq: own.seq, ...(rooms && { rooms }) }];
}
