import { isPresence, MAX_ANNOUNCED_CONNECTIONS } from '../domain/presence.ts';
import type { Room } from '../domain/room.ts';
import { listSome } from '../store/connections.ts';
import type { Parts } from './parts.ts';

/**
 * Whether a room has so many connections that nobody's coming or going is announced, as far as a first look tells. One
 * that ever had a thousand is looked at before all of its rows are read, which each who comes would do.
 */
export async function isCrowded(
  { id, shards }: Pick<Room, 'id' | 'shards'>,
  { db, now }: Pick<Parts, 'db' | 'now'>,
): Promise<boolean> {
  if (shards === 1) return false;
  const some = await listSome(db, id, MAX_ANNOUNCED_CONNECTIONS + 1, now());
  return some.filter(isPresence).length > MAX_ANNOUNCED_CONNECTIONS;
}
