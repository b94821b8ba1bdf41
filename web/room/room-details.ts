import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Room, RoomDetails } from '../../client/index.ts';
import type { Directory } from '../rooms/directory.ts';

export interface Details {
  /** Undefined until they came, and where they were refused. */
  readonly details: RoomDetails | undefined;
  reload(): Promise<void>;
}

/** A room's name and members; asked for again when the room is live again. */
export function useRoomDetails(room: Room, directory: Directory): Details {
  const [details, setDetails] = useState<RoomDetails>();
  const reload = useCallback(async () => {
    const loaded = await room.details().catch(() => undefined);
    if (!loaded) return;
    for (const { user_id, username } of loaded.members) directory.learn(user_id, username);
    setDetails(loaded);
  }, [room, directory]);
  useEffect(() => {
    void reload();
    const stops = [
      room.on('state', (state) => void (state === 'live' && reload())),
      // Somebody who comes may be new here, and known by no name; who goes may be in another room.
      room.on('presence', ({ user_id, status }) => {
        if (status === 'offline' || !directory.knows(user_id)) void reload();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [room, reload, directory]);
  return { details, reload };
}
