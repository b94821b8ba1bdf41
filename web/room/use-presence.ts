import { useMemo } from 'preact/hooks';
import type { Presence, Room, RoomDetails } from '../../client/index.ts';
import { usePresence } from '../../client/react/index.ts';

/**
 * Who is there: as it was when the members were asked for, and who has come since. Who leaves the room may be in another
 * one, so that is asked for.
 */
export function useWhoIsThere(
  room: Room,
  details: RoomDetails | undefined,
  me: string,
): ReadonlyMap<string, Presence> {
  const heard = usePresence(room);
  return useMemo(() => {
    const there = new Map<string, Presence>();
    for (const { user_id, online, last_seen } of details?.members ?? []) {
      if (last_seen) there.set(String(user_id), { status: online ? 'online' : 'offline', last_seen });
    }
    for (const [id, presence] of heard) if (presence.status === 'online') there.set(id, presence);
    const mine = there.get(me);
    if (mine) there.set(me, { ...mine, status: 'online' });
    return there;
  }, [heard, details, me]);
}
