import { useEffect, useSyncExternalStore } from 'react';
import type { ChatClient, Id, Message, PendingMessage, Presence, Room, State } from '../index.ts';

/** How many components or tasks keep each room open. */
const holds = new WeakMap<Room, number>();

/**
 * Keeps a room open while no component shows it, for example during an upload. A component that unmounts and mounts
 * again at once, as in strict mode, does not need this: its room stays open anyway.
 * @returns a function that ends the hold. The room is left after its last hold ends.
 * @example room.upload(file).then((uploaded) => room.send('', uploaded)).finally(keepRoomOpen(room));
 */
export function keepRoomOpen(room: Room): () => void {
  holds.set(room, (holds.get(room) ?? 0) + 1);
  return () => {
    holds.set(room, (holds.get(room) ?? 1) - 1);
    setTimeout(() => {
      if (holds.get(room) === 0) room.leave();
    });
  };
}

/** Returns the client's state: `connecting`, `catching-up`, `live`, `offline` or `refused`. */
export function useClientState(client: ChatClient): State {
  const read = () => client.state;
  return useSyncExternalStore(client.subscribe, read, read);
}

/** Returns a room that stays open while the component is mounted. Renders again when the room's state changes. */
export function useRoom(client: ChatClient, id: Id): Room {
  const room = client.room(id);
  useEffect(() => keepRoomOpen(room), [room]);
  useRoomValue(room, () => room.state);
  return room;
}

/** Returns the room's messages in order, pending ones last. */
export function useMessages(room: Room): readonly (Message | PendingMessage)[] {
  return useRoomValue(room, () => room.messages);
}

/** Returns the last presence change of each user since the room became live, by user id. */
export function usePresence(room: Room): ReadonlyMap<string, Presence> {
  return useRoomValue(room, () => room.presence);
}

/** Returns the ids of the other users who are typing. */
export function useTyping(room: Room): readonly string[] {
  return useRoomValue(room, () => room.typers);
}

function useRoomValue<T>(room: Room, read: () => T): T {
  return useSyncExternalStore(room.subscribe, read, read);
}
