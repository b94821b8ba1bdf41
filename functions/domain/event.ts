import type { Presence } from './connection.ts';
import type { ErrorCode } from './errors.ts';
import type { User } from './member.ts';
import { type Change, type LogEntry, type Message, NOT_LOGGED, type Status, type Void } from './message.ts';
import type { Preferences } from './preferences.ts';
import type { RoomChange } from './room-change.ts';

interface InRoom {
  readonly room: string;
}

export interface MessageSent extends InRoom {
  readonly kind: 'MessageSent';
  readonly message: Message;
  /** The sequence number of the message in the room's log: its id. */
  readonly seq: number;
}

/** A change of a message was logged and applied. */
export interface MessageChanged extends InRoom {
  readonly kind: 'MessageChanged';
  /** The message after the change. */
  readonly message: Message;
  readonly change: Change;
  /** The idempotency key that the client of `change.by` chose. */
  readonly clientId?: string;
  /** Whether the message was the same before the change. */
  readonly unchanged?: boolean;
}

/** A change of a room, its members or its pins was logged and applied. */
export interface RoomChanged extends InRoom {
  readonly kind: 'RoomChanged';
  readonly change: RoomChange;
}

/** A room was deleted. No event of the room follows. */
export interface RoomDeleted extends InRoom {
  readonly kind: 'RoomDeleted';
}

/** An event that has a sequence number in the room's log. */
export type LoggedEvent = MessageSent | MessageChanged | RoomChanged;

/** A logged event about a message whose author the receiver has blocked. It shows only that the number is used. */
export interface Hidden extends InRoom {
  readonly kind: 'Hidden';
  readonly seq: number;
}

/** A member has read all messages up to `messageId`. */
export interface Seen extends InRoom {
  readonly kind: 'Seen';
  readonly messageId: number;
  readonly user: string;
  /** Set when a guest sent it: `user` is then unverified and may be the id of a real user. */
  readonly guest?: true;
  /** The `actorId`s of the authors of newly read messages, of the last 50. */
  readonly authors?: readonly string[];
}

export interface TypingChanged extends InRoom {
  readonly kind: 'TypingChanged';
  readonly user: string;
  /** As in `Seen`. */
  readonly guest?: true;
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

/** The messages of one author up to `messageId` have at least this status. For connections with `receipts=author`. */
export interface Acknowledged extends InRoom {
  readonly kind: 'Acknowledged';
  readonly messageId: number;
  readonly status: Status;
}

export interface PresenceChanged extends InRoom {
  readonly kind: 'PresenceChanged';
  readonly presence: Presence;
}

/** A connection is open. Carries the newest messages for dialects that send them on connect. */
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

/** One page of the events that a client missed. */
export interface Synced extends InRoom {
  readonly kind: 'Synced';
  /** The sequence number in the client's request, after which the page starts. */
  readonly since: number;
  /** The events after `since`, in order, each with the current state of its message. */
  readonly changes: readonly LoggedEvent[];
  /** With this page the client has every event up to this sequence number. */
  readonly seq: number;
  /** Whether there are events after `seq`. */
  readonly hasMore: boolean;
  /** False when the client missed too much: `changes` is empty, and the client must load the history. */
  readonly complete: boolean;
  /** The statuses of older messages. Only the last page of a `sync` has them. */
  readonly receipts: readonly { readonly message: number; readonly status: Status }[];
  /** How far each member has read. Only the last page of a `sync` has it. */
  readonly seen: readonly { readonly user: string; readonly message: number }[];
}

/** A connection has a new token. */
export interface Authenticated extends InRoom {
  readonly kind: 'Authenticated';
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A connection receives the room's events from now on. */
export interface Joined extends InRoom {
  readonly kind: 'Joined';
  /** The room's last sequence number. */
  readonly seq: number;
}

/** A connection no longer receives the room's events. */
export interface Left extends InRoom {
  readonly kind: 'Left';
}

/** A member has changed their preferences for the room. Only the member's own connections receive it. */
export interface PreferencesChanged extends InRoom {
  readonly kind: 'PreferencesChanged';
  readonly user: string;
  readonly preferences: Preferences;
}

/** A user has blocked another user, or ended the block. Only the user's own connections receive it. */
export interface BlockChanged extends InRoom {
  readonly kind: 'BlockChanged';
  /** The other user. */
  readonly user: string;
  readonly blocked: boolean;
  /** The revision of the block list. */
  readonly revision: number;
}

/** An inbox connection is open: it receives new messages of its user's rooms. */
export interface InboxOpened extends InRoom {
  readonly kind: 'InboxOpened';
  /** The number of the user's rooms. */
  readonly rooms: number;
  /** The revision of the user's block list. Absent if the user never blocked anybody. */
  readonly blocks?: number;
}

export interface Ponged extends InRoom {
  readonly kind: 'Ponged';
  /** The room's last sequence number. */
  readonly seq: number;
  /** The rooms of the ping with their last sequence numbers, without a number for those that the user may not read. */
  readonly rooms?: readonly { readonly id: string; readonly seq?: number }[];
}

/** A command failed. */
export interface Refused extends InRoom {
  readonly kind: 'Refused';
  readonly code: ErrorCode;
  readonly reason: string;
  readonly clientId?: string;
  /** The client may repeat the command after this many milliseconds. */
  readonly retryAfterMs?: number;
}

/** A handshake was refused, in a dialect that reports it in a frame. */
export interface HandshakeRefused extends InRoom {
  readonly kind: 'HandshakeRefused';
  readonly code: 'UNAUTHENTICATED' | 'NOT_A_MEMBER';
}

export type Event =
  | LoggedEvent
  | RoomDeleted
  | Hidden
  | Seen
  | TypingChanged
  | MessageDelivered
  | MessageRead
  | Acknowledged
  | PresenceChanged
  | Connected
  | HistoryLoaded
  | Synced
  | Ponged
  | Authenticated
  | Joined
  | Left
  | InboxOpened
  | PreferencesChanged
  | BlockChanged
  | Refused
  | HandshakeRefused;

/**
 * Returns the event that announces a log entry of a message, both when the entry is new and when a client syncs.
 * @param message the message of the entry after the change
 */
export const entryEvent = (
  room: string,
  entry: Exclude<LogEntry, Void | RoomChange>,
  message: Message,
): MessageSent | MessageChanged =>
  entry.kind === 'message'
    ? { kind: 'MessageSent', room, message, seq: message.id }
    : { kind: 'MessageChanged', room, message, change: entry };

/** Whether an event has a sequence number in the room's log. */
export const isLogged = (event: Event): event is LoggedEvent =>
  event.kind === 'MessageSent' || event.kind === 'MessageChanged' || event.kind === 'RoomChanged';

/** Returns the sequence number of an event in the room's log. */
export const eventSeq = (event: LoggedEvent): number =>
  event.kind === 'MessageSent' ? event.seq : event.change.seq;

/**
 * Returns the sequence number up to which a connection has all events when it receives this one; undefined for
 * events that do not imply such a number.
 */
export function seqBefore(event: Event): number | undefined {
  switch (event.kind) {
    case 'MessageSent':
    case 'MessageChanged':
    case 'RoomChanged': {
      const seq = eventSeq(event);
      return seq === NOT_LOGGED ? undefined : seq - 1;
    }
    case 'Connected':
      return 0;
    case 'Synced':
      return event.since;
    default:
      return undefined;
  }
}
