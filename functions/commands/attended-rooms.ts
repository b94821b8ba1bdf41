import { persist } from '../broadcast/persist.ts';
import { authentic } from '../domain/connection.ts';
import type { Room } from '../domain/room.ts';
import { getConnections } from '../store/connections.ts';
import { listOpen } from '../store/profiles.ts';
import { placesOf } from '../store/shards.ts';
import { type Leaving, LOOKUP_BUDGET_MS } from './leave.ts';

/** More devices than anybody has; a bot that opens more has its older ones overlooked. */
const MAX_DEVICES = 20;

async function areOpen(ids: ReadonlySet<string>, { poster }: Leaving): Promise<ReadonlySet<string>> {
  const open = await Promise.all(
    [...ids].map(async (id) => {
      const answer = await persist(() => poster.isOpen(id), LOOKUP_BUDGET_MS);
      return answer === false ? [] : [id];
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
  parts: Leaving,
): Promise<ReadonlySet<string>> {
  if (rooms.length === 0) return new Set();
  const now = parts.now();
  const ids = (await listOpen(parts.db, user, now)).slice(0, MAX_DEVICES);
  const places = rooms.flatMap((room) => ids.flatMap((id) => placesOf(id, room)));
  const reading = (await getConnections(parts.db, places)).filter(
    (row) => row.reads === 'auto' && authentic(row, now),
  );
  const open = await areOpen(new Set(reading.map(({ id }) => id)), parts);
  return new Set(reading.filter(({ id }) => open.has(id)).map(({ room }) => room));
}
