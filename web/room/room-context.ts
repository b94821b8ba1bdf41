import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ChatClient, Room, RoomDetails } from '../../client/index.ts';
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
  /** Opens the profile of a user. */
  showProfile(user: string): void;
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
