import type { MessageType } from './message.ts';

interface Change {
  /** Chosen by the client; the same id again is the same change. */
  readonly clientId?: string;
  /** Where another room is meant than the connection's own. */
  readonly room?: string;
}

export interface SendMessage extends Change {
  readonly kind: 'SendMessage';
  readonly text: string;
  readonly type: MessageType;
  readonly replyTo?: number;
}

export interface EditMessage extends Change {
  readonly kind: 'EditMessage';
  readonly message: number;
  readonly text: string;
}

export interface DeleteMessage extends Change {
  readonly kind: 'DeleteMessage';
  readonly message: number;
}

export interface LoadHistory {
  readonly kind: 'LoadHistory';
  readonly room?: string;
  /** Only messages with a lower id. */
  readonly before?: number;
  /** How many messages at most. */
  readonly limit: number;
}

export interface Ping {
  readonly kind: 'Ping';
  readonly room?: string;
}

/** What a client asks for. */
export type Command = SendMessage | EditMessage | DeleteMessage | LoadHistory | Ping;

/** How many messages a client is shown on connect, and at most asks for at once. */
export const HISTORY_LIMIT = 50;
