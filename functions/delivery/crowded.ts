import { authentic, type Connection, isPresence, MAX_ANNOUNCED_CONNECTIONS } from '../domain/connection.ts';
import type { Room } from '../domain/room.ts';
import { sampleConnections } from '../store/connections.ts';
import type { Context } from './context.ts';

/** What a first look at a room tells. */
export interface Look {
  /** It has so many connections that nobody's coming or going is announced. */
  readonly crowded: boolean;
  /** All of its rows, where there are no others. */
  readonly rows?: readonly Connection[];
}

/**
 * Looks at a room before all of its rows are read, which each who comes and goes would do. In a small one the look has
 * brought them all.
 */
export async function lookAt(
  { id, shards }: Pick<Room, 'id' | 'shards'>,
  { db, now }: Pick<Context, 'db' | 'now'>,
): Promise<Look> {
  const counts = (row: Connection) => isPresence(row) && authentic(row, now());
  const { rows, all } = await sampleConnections(
    db,
    id,
    { limit: MAX_ANNOUNCED_CONNECTIONS + 1, counts },
    now(),
  );
  const crowded = rows.filter(counts).length > MAX_ANNOUNCED_CONNECTIONS;
  return { crowded, ...(all && shards === 1 && { rows }) };
}
