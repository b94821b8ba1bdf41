import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ChatClient, Member, Message, Room } from '../../client/index.ts';
import type { Entry } from '../timeline/entry.ts';
import type { RoomDraft } from './room-draft.ts';

/** A dialog about the open room. */
export type RoomDialog =
  | { readonly kind: 'members' | 'settings' | 'search' | 'pins' | 'reports' | 'blocks' | 'leave' }
  | { readonly kind: 'profile'; readonly user: string }
  | { readonly kind: 'delete' | 'report' | 'readers'; readonly entry: Entry }
  | { readonly kind: 'block'; readonly user: string }
  | { readonly kind: 'picture'; readonly message: Message };

/** The open room, for every component that shows a part of it. */
export interface RoomContext {
  readonly client: ChatClient;
  readonly room: Room;
  readonly draft: RoomDraft;
  /** The signed-in user's id. */
  readonly me: string;
  /** The user's role in the room; undefined until it is known, and for a visitor of an open room. */
  readonly role: Member['role'] | undefined;
  /** Whether the user is an owner or a moderator of the room. */
  readonly isModerator: boolean;
  /** Whether the user may change messages in any way. */
  readonly canChange: boolean;
  /** Whether the user may send messages. */
  readonly canSend: boolean;
  /** Whether the user may pin messages. */
  readonly canPin: boolean;
  /** Opens a dialog. */
  show(dialog: RoomDialog): void;
  /** Scrolls to a message, and loads it if necessary. */
  goTo(id: number): void;
}

export const RoomContext = createContext<RoomContext | undefined>(undefined);

export function useRoomContext(): RoomContext {
  const context = useContext(RoomContext);
  if (!context)
    throw new Error('Component outside of a room: no RoomContext is provided. Render it in RoomPane.');
  return context;
}
