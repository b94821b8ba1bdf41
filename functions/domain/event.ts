import type { Presence } from './connection.ts';
import type { ErrorCode } from './errors.ts';
import type { User } from './member.ts';
import type { Message, Status } from './message.ts';

interface InRoom {
  readonly room: string;
}

/** `seq` is the number that the change took in the room's log. */
interface Logged extends InRoom {
  readonly message: Message;
  readonly seq: number;
}

export interface MessageSent extends Logged {
  readonly kind: 'MessageSent';
}

interface Changed extends Logged {
  /** The id of the user who changed it. */
  readonly by: string;
  /** What their device called the change. */
  readonly clientId?: string;
}

export interface MessageEdited extends Changed {
  readonly kind: 'MessageEdited';
}

export interface MessageDeleted extends Changed {
  readonly kind: 'MessageDeleted';
}

export interface MessageReacted extends Changed {
  readonly kind: 'MessageReacted';
  readonly emoji: string;
  readonly removed: boolean;
}

/** A member has read everything up to a message. */
export interface Seen extends InRoom {
  readonly kind: 'Seen';
  readonly messageId: number;
  readonly user: string;
  /** Set where a guest says so, who may say the name of a user. */
  readonly guest?: true;
}

export interface TypingChanged extends InRoom {
  readonly kind: 'TypingChanged';
  readonly user: string;
  readonly typing: boolean;
}

export interface MessageDelivered extends InRoom {
  readonly kind: 'MessageDelivered';
  readonly message: Message;
}

export interface MessageRead extends InRoom {
  readonly kind: 'MessageRead';
  readonly message: Message;
}

export interface PresenceChanged extends InRoom {
  readonly kind: 'PresenceChanged';
  readonly presence: Presence;
}

/** A connection is open; the newest messages come without being asked for. */
export interface Connected extends InRoom {
  readonly kind: 'Connected';
  readonly user: User;
  /** Newest first. */
  readonly messages: readonly Message[];
}

export interface HistoryLoaded extends InRoom {
  readonly kind: 'HistoryLoaded';
  /** Newest first. */
  readonly messages: readonly Message[];
  readonly hasMore: boolean;
}

/** A change of what a room says. */
export type RoomChanged = MessageSent | MessageEdited | MessageDeleted | MessageReacted;

/** The number up to which a connection was sent everything before it is sent this; undefined where that tells nothing. */
export function sentBefore(event: Event): number | undefined {
  switch (event.kind) {
    case 'MessageSent':
    case 'MessageEdited':
    case 'MessageDeleted':
    case 'MessageReacted':
      return event.seq - 1;
    case 'Connected':
      return 0;
    case 'Synced':
      return event.since;
    default:
      return undefined;
  }
}

/** A client is told what it missed. */
export interface Synced extends InRoom {
  readonly kind: 'Synced';
  /** It had everything up to this number. */
  readonly since: number;
  /** The changes after that, in order, each with its message as it is now. */
  readonly changes: readonly RoomChanged[];
  /** Now it has everything up to this number: what is missing below it will never be there. */
  readonly seq: number;
  /** There are changes after `seq`. */
  readonly hasMore: boolean;
  /** False where too much was missed, so that no changes are told; the history has what is left. */
  readonly complete: boolean;
  /** How far older messages have come; told with the last changes. */
  readonly receipts: readonly { readonly message: number; readonly status: Status }[];
  /** How far members have read; told with the last changes. */
  readonly seen: readonly { readonly user: string; readonly message: number }[];
}

/** A connection goes on under a fresh token. */
export interface Authenticated extends InRoom {
  readonly kind: 'Authenticated';
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A connection hears of a room from now on; `seq` is the number of the room's last change. */
export interface Joined extends InRoom {
  readonly kind: 'Joined';
  readonly seq: number;
}

/** A connection hears no more of a room. */
export interface Left extends InRoom {
  readonly kind: 'Left';
}

/** A connection without a room of its own hears of new messages in its user's rooms from now on. */
export interface InboxOpened extends InRoom {
  readonly kind: 'InboxOpened';
  /** How many rooms those are. */
  readonly rooms: number;
}

export interface Ponged extends InRoom {
  readonly kind: 'Ponged';
  readonly seq: number;
}

export interface Refused extends InRoom {
  readonly kind: 'Refused';
  readonly code: ErrorCode;
  readonly reason: string;
  readonly clientId?: string;
  /** After so many milliseconds the same may be asked again. */
  readonly retryAfterMs?: number;
}

/** A handshake is refused, in a contract that tells it by a frame. */
export interface TurnedAway extends InRoom {
  readonly kind: 'TurnedAway';
  readonly code: 'UNAUTHENTICATED' | 'NOT_A_MEMBER';
}

/** What has happened. */
export type Event =
  | RoomChanged
  | Seen
  | TypingChanged
  | MessageDelivered
  | MessageRead
  | PresenceChanged
  | Connected
  | HistoryLoaded
  | Synced
  | Ponged
  | Authenticated
  | Joined
  | Left
  | InboxOpened
  | Refused
  | TurnedAway;
