import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useState } from 'preact/hooks';
import type { ChatClient, Presence, Room, RoomDetails } from '../../client/index.ts';
import { usePresence } from '../../client/react/index.ts';
import { useDirectory } from '../rooms/directory.ts';
import type { RoomDraft } from './room-draft.ts';

/** The open room, for every component that shows a part of it. */
export interface RoomContext {
  readonly client: ChatClient;
  readonly room: Room;
  readonly draft: RoomDraft;
  /** The signed-in user's id. */
  readonly me: string;
  /** Whether the user is an owner or a moderator of the room. */
  readonly isModerator: boolean;
  /** Asks the user to confirm, then deletes a message. */
  confirmDelete(id: number): void;
}

export const RoomContext = createContext<RoomContext | undefined>(undefined);

export function useRoomContext(): RoomContext {
  const context = useContext(RoomContext);
  if (!context)
    throw new Error('Component outside of a room: no RoomContext is provided. Render it in RoomPane.');
  return context;
}

export function isModerator(details: RoomDetails | undefined, me: string): boolean {
  const role = details?.members.find(({ user_id }) => String(user_id) === me)?.role;
  return role === 'owner' || role === 'moderator';
}

/** Returns the room's name and members, undefined until they are loaded. Loads them again when the room reconnects. */
export function useRoomDetails(room: Room) {
  const directory = useDirectory();
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
      // A user who goes offline here may be online in another room, and a new user's name is unknown: only the server
      // knows.
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

/**
 * Returns the members' presence by user id: as loaded with the details, and updated when a user comes online. A user
 * who goes offline makes the details reload.
 */
export function useRoomPresence(
  room: Room,
  details: RoomDetails | undefined,
  me: string,
): ReadonlyMap<string, Presence> {
  const updates = usePresence(room);
  return useMemo(() => {
    const presence = new Map<string, Presence>();
    for (const { user_id, online, last_seen } of details?.members ?? []) {
      if (last_seen) presence.set(String(user_id), { status: online ? 'online' : 'offline', last_seen });
    }
    for (const [id, update] of updates) if (update.status === 'online') presence.set(id, update);
    const own = presence.get(me);
    if (own) presence.set(me, { ...own, status: 'online' });
    return presence;
  }, [updates, details, me]);
}
