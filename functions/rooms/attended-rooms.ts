import { userConnections } from '../delivery/audience.ts';
import type { PostingContext } from '../delivery/context.ts';
import { isOpen } from '../delivery/retry.ts';
import { hasValidToken } from '../domain/connection.ts';
import type { Room } from '../domain/room.ts';

async function areOpen(ids: ReadonlySet<string>, { poster }: PostingContext): Promise<ReadonlySet<string>> {
  const open = await Promise.all(
    [...ids].map(async (id) => {
      return (await isOpen(id, poster)) ? [id] : [];
    }),
  );
  return new Set(open.flat());
}

/**
 * Those of the rooms in which a user has a connection open that reads what it is sent at once: nothing there is unread,
 * though the member's mark says so only when that connection closes. A row may outlive its socket, so it is looked up.
 */
export async function attendedRooms(
  user: string,
  rooms: readonly Room[],
  context: PostingContext,
): Promise<ReadonlySet<string>> {
  if (rooms.length === 0) return new Set();
  const rows = await userConnections(user, rooms, context);
  const now = context.now();
  const reading = rows.filter((row) => row.reads === 'auto' && hasValidToken(row, now));
  const open = await areOpen(new Set(reading.map(({ id }) => id)), context);
  return new Set(reading.filter(({ id }) => open.has(id)).map(({ room }) => room));
}
