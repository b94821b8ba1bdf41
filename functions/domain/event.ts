import type { ErrorCode } from './errors.ts';
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

/** The newest messages, without being asked for. */
export interface Connected extends InRoom {
  readonly kind: 'Connected';
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

/** What has happened. */
export type Event =
  | MessageSent
  | MessageEdited
  | MessageDeleted
  | MessageDelivered
  | MessageRead
  | PresenceChanged
  | Connected
  | HistoryLoaded
  | Ponged
  | Refused;
