import type { CustomData } from './custom-data.ts';
import type { FileInput } from './file.ts';
import type { MessageType } from './message.ts';

interface RoomCommand {
  /** The room; the connection's own room if absent. */
  readonly room?: string;
}

interface AuthoredCommand extends RoomCommand {
  /** The name under which a guest acts. Ignored for signed-in users. */
  readonly author?: string;
}

interface ChangeCommand extends AuthoredCommand {
  /** The idempotency key that the client chose for this change. */
  readonly clientId?: string;
}

export interface SendMessage extends ChangeCommand {
  readonly kind: 'SendMessage';
  readonly text: string;
  readonly type: MessageType;
  readonly file?: FileInput;
  readonly replyTo?: number;
  readonly receiver?: string;
  /** The ids of the users whom the message mentions. */
  readonly mentions?: readonly string[];
  readonly data?: CustomData;
}

export interface EditMessage extends ChangeCommand {
  readonly kind: 'EditMessage';
  readonly message: number;
  readonly text: string;
  /** Replaces the message's file. */
  readonly file?: FileInput;
  /** Replaces the message's data; null removes it. */
  readonly data?: CustomData | null;
  /** Replaces the users whom the message mentions; an empty list removes them. */
  readonly mentions?: readonly string[];
}

export interface DeleteMessage extends ChangeCommand {
  readonly kind: 'DeleteMessage';
  readonly message: number;
}

export interface React extends ChangeCommand {
  readonly kind: 'React';
  readonly message: number;
  readonly emoji: string;
  readonly remove: boolean;
}

/** A command that changes a message. */
export type ChangeMessage = EditMessage | DeleteMessage | React;

/** Marks all messages up to `message` as read. */
export interface MarkSeen extends AuthoredCommand {
  readonly kind: 'MarkSeen';
  readonly message: number;
}

export interface SetTyping extends AuthoredCommand {
  readonly kind: 'SetTyping';
  readonly typing: boolean;
}

export interface LoadHistory extends RoomCommand {
  readonly kind: 'LoadHistory';
  /** Loads only messages with a lower id. */
  readonly before?: number;
  /** The maximum number of messages. */
  readonly limit: number;
}

/** Loads the events of a room after a sequence number. */
export interface Sync extends RoomCommand {
  readonly kind: 'Sync';
  /** The client has every event up to this sequence number; 0 if it has none. */
  readonly since: number;
}

export interface Ping extends RoomCommand {
  readonly kind: 'Ping';
  /** Other rooms whose last sequence numbers the client needs, at most `MAX_PINGED_ROOMS`. */
  readonly rooms?: readonly string[];
}

/** Replaces the connection's token with a newer one of the same user. */
export interface Authenticate {
  readonly kind: 'Authenticate';
  readonly token: string;
}

/** Subscribes the connection to another room. */
export interface JoinRoom {
  readonly kind: 'JoinRoom';
  readonly room: string;
}

/** Ends the subscription to a joined room. */
export interface LeaveRoom {
  readonly kind: 'LeaveRoom';
  readonly room: string;
}

export type Command =
  | SendMessage
  | ChangeMessage
  | MarkSeen
  | SetTyping
  | LoadHistory
  | Sync
  | Ping
  | Authenticate
  | JoinRoom
  | LeaveRoom;

/** The maximum number of rooms in a ping. Their ids fit a frame of 32 KB. */
export const MAX_PINGED_ROOMS = 50;

/** The maximum number of messages that a client receives on connect, and in one page of the history. */
export const HISTORY_LIMIT = 50;
