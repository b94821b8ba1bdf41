import type { FileInput } from './file.ts';
import type { MessageType } from './message.ts';

interface Spoken {
  /** Where another room is meant than the connection's own. */
  readonly room?: string;
  /** Who a guest says that they are; nobody else may. */
  readonly author?: string;
}

interface Change extends Spoken {
  /** Chosen by the client; the same id again is the same change. */
  readonly clientId?: string;
}

export interface SendMessage extends Change {
  readonly kind: 'SendMessage';
  readonly text: string;
  readonly type: MessageType;
  readonly file?: FileInput;
  readonly replyTo?: number;
  readonly receiver?: string;
}

export interface EditMessage extends Change {
  readonly kind: 'EditMessage';
  readonly message: number;
  readonly text: string;
  /** Takes the place of the one that the message has. */
  readonly file?: FileInput;
}

export interface DeleteMessage extends Change {
  readonly kind: 'DeleteMessage';
  readonly message: number;
}

/** Everything up to a message is read. */
export interface MarkSeen extends Spoken {
  readonly kind: 'MarkSeen';
  readonly message: number;
}

export interface SetTyping extends Spoken {
  readonly kind: 'SetTyping';
  readonly typing: boolean;
}

export interface React extends Change {
  readonly kind: 'React';
  readonly message: number;
  readonly emoji: string;
  readonly remove: boolean;
}

export interface LoadHistory {
  readonly kind: 'LoadHistory';
  readonly room?: string;
  /** Only messages with a lower id. */
  readonly before?: number;
  /** How many messages at most. */
  readonly limit: number;
}

/** What changed in a room after a number. */
export interface Sync {
  readonly kind: 'Sync';
  readonly room?: string;
  /** The client has every change up to this number; 0 for none. */
  readonly since: number;
}

export interface Ping {
  readonly kind: 'Ping';
  readonly room?: string;
}

/** The connection goes on under a fresh token of the same user. */
export interface Authenticate {
  readonly kind: 'Authenticate';
  readonly token: string;
}

/** The connection hears of another room, too. */
export interface JoinRoom {
  readonly kind: 'JoinRoom';
  readonly room: string;
}

/** The connection hears no more of a room that it joined. */
export interface LeaveRoom {
  readonly kind: 'LeaveRoom';
  readonly room: string;
}

/** What a client asks for. */
export type Command =
  | SendMessage
  | EditMessage
  | DeleteMessage
  | React
  | MarkSeen
  | SetTyping
  | LoadHistory
  | Sync
  | Ping
  | Authenticate
  | JoinRoom
  | LeaveRoom;

/** How many messages a client is shown on connect, and at most asks for at once. */
export const HISTORY_LIMIT = 50;
