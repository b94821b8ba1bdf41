import type { CustomData } from './custom-data.ts';
import type { Role } from './member.ts';
import type { LogEntry } from './message.ts';
import type { RoomSettings } from './room.ts';

interface LoggedRoomChange {
  readonly seq: number;
  /** The id of the user who made the change, or of a backend of the team. */
  readonly by: string;
  /** Set when a guest made it: `by` is then unverified and may be the id of a real user. */
  readonly guest?: true;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Settings of a room changed. */
export interface RoomUpdate extends LoggedRoomChange {
  readonly kind: 'room';
  /** The new values of the changed settings only. */
  readonly changes: Partial<RoomSettings>;
}

/** A member was added, changed or removed. */
export interface MemberUpdate extends LoggedRoomChange {
  readonly kind: 'member';
  readonly user: string;
  readonly change: 'added' | 'changed' | 'removed';
  /** The role of a new member, or the new role. */
  readonly role?: Role;
  /** Whether a new member has to accept the room first. Other members do not get this field. */
  readonly pending?: true;
  /** The user who added the new member, if the new member had blocked them. Nobody gets this field. */
  readonly addedByBlocked?: string;
  /** When the member's new mute ends, in milliseconds since the epoch; 0 if it ended now. */
  readonly mutedUntil?: number;
  /** The data of a new member, or the new data; null if the change removed it. */
  readonly data?: CustomData | null;
}

/** A message was pinned to the room, or unpinned. */
export interface PinUpdate extends LoggedRoomChange {
  readonly kind: 'pin';
  /** The id of the message. */
  readonly message: number;
  readonly removed: boolean;
}

/** A change of a room, its members or its pins. It has its own sequence number in the room's log. */
export type RoomChange = RoomUpdate | MemberUpdate | PinUpdate;

/** The kind of a change of a room, and its new values. */
export type NewChange<C extends RoomChange> = C extends RoomChange ? Omit<C, keyof LoggedRoomChange> : never;

const kinds: readonly string[] = ['room', 'member', 'pin'] satisfies RoomChange['kind'][];

/** Whether a log entry is a change of the room, and not of a message. */
export const isRoomChange = (entry: LogEntry): entry is RoomChange => kinds.includes(entry.kind);
