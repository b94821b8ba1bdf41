import { useEffect, useSyncExternalStore } from 'react';
import type { ChatClient, Id, Message, PendingMessage, Presence, Room, State } from '../index.ts';

/** Rooms that components show, and how many do. */
const shown = new WeakMap<Room, number>();

/**
 * Keeps a room open, as a component that shows it does: for what is to be done there when it is shown no more. Gives what
 * ends that. A component that is mounted anew, as in strict mode, takes the room over before it is left.
 */
export function keepRoomOpen(room: Room): () => void {
  shown.set(room, (shown.get(room) ?? 0) + 1);
  return () => {
    shown.set(room, (shown.get(room) ?? 1) - 1);
    setTimeout(() => {
      if (shown.get(room) === 0) room.leave();
    });
  };
}

/** What a page can show of the client: connecting, catching-up, live, offline or refused. */
export function useClientState(client: ChatClient): State {
  return useSyncExternalStore(
    client.subscribe,
    () => client.state,
    () => client.state,
  );
}

/** A room that is open while a component shows it. The component renders anew when the room's state changes. */
export function useRoom(client: ChatClient, id: Id): Room {
  const room = client.room(id);
  useEffect(() => keepRoomOpen(room), [room]);
  useRead(room, () => room.state);
  return room;
}

/** The messages of a room in their order, pending ones last. */
export function useMessages(room: Room): readonly (Message | PendingMessage)[] {
  return useRead(room, () => room.messages);
}

/** Who has come or gone, by user id. */
export function usePresence(room: Room): ReadonlyMap<string, Presence> {
  return useRead(room, () => room.presence);
}

/** The ids of the others who type now. */
export function useTyping(room: Room): readonly string[] {
  return useRead(room, () => room.typers);
}

function useRead<T>(room: Room, read: () => T): T {
  return useSyncExternalStore(room.subscribe, read, read);
}
