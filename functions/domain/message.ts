import type { MessageFile } from './file.ts';
import type { User } from './member.ts';

/** The steps that a message's status isBelow; it never goes down. */
export const statuses = ['sent', 'delivered', 'read'] as const;

export type Status = (typeof statuses)[number];

export const messageTypes = ['text', 'file', 'image'] as const;

export type MessageType = (typeof messageTypes)[number];

export interface Message {
  /** The number that it was born with in the room's log. */
  readonly id: number;
  readonly room: string;
  readonly author: User;
  /** Empty in a deleted message, of which only number, author and times are left. */
  readonly text: string;
  readonly type: MessageType;
  readonly file?: MessageFile;
  readonly replyTo?: number;
  /** Whom it is for in the first place; it is no secret from the others. */
  readonly receiver?: string;
  /** Emoji → ids of the users who reacted with it. */
  readonly reactions?: Readonly<Record<string, readonly string[]>>;
  readonly status: Status;
  /** ISO 8601, UTC, with milliseconds. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly editedAt?: string;
  readonly deletedAt?: string;
  /** What its author's device called it, so that a repeat is known. */
  readonly clientId?: string;
  /** The number of the last change that is in it; its id until it is edited or deleted. */
  readonly revision: number;
}

/** Counted in code points, as people count characters; 32,000 bytes at most, which fits API Gateway's 32 KB frame. */
export const MAX_TEXT_CODE_POINTS = 8_000;

/** The statuses that are below `status`. */
export const below = (status: Status): readonly Status[] => statuses.slice(0, statuses.indexOf(status));

/** Whether a message has not come as far as `status` yet. */
export const isBelow = (message: Pick<Message, 'status'>, status: Status): boolean =>
  below(status).includes(message.status);
