import type { ErrorCode } from './errors.ts';
import type { User } from './member.ts';
import type { Message } from './message.ts';
import type { Presence } from './presence.ts';

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

export interface MessageEdited extends Logged {
  readonly kind: 'MessageEdited';
}

export interface MessageDeleted extends Logged {
  readonly kind: 'MessageDeleted';
  /** The id of the user who deleted it. */
  readonly by: string;
}

export interface MessageReacted extends Logged {
  readonly kind: 'MessageReacted';
  readonly user: string;
  readonly emoji: string;
  readonly removed: boolean;
}

/** A member has read everything up to a message. */
export interface Seen extends InRoom {
  readonly kind: 'Seen';
  readonly messageId: number;
  readonly user: string;
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

export interface Ponged extends InRoom {
  readonly kind: 'Ponged';
  readonly seq: number;
}

export interface Refused extends InRoom {
  readonly kind: 'Refused';
  readonly code: ErrorCode;
  readonly reason: string;
  readonly clientId?: string;
}

/** A handshake is refused, in a contract that tells it by a frame. */
export interface TurnedAway extends InRoom {
  readonly kind: 'TurnedAway';
  readonly code: 'UNAUTHENTICATED' | 'NOT_A_MEMBER';
}

/** What has happened. */
export type Event =
  | MessageSent
  | MessageEdited
  | MessageDeleted
  | MessageReacted
  | Seen
  | TypingChanged
  | MessageDelivered
  | MessageRead
  | PresenceChanged
  | Connected
  | HistoryLoaded
  | Ponged
  | Refused
  | TurnedAway;
