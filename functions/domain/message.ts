import { ChatError } from './errors.ts';
import type { FileInput, MessageFile } from './file.ts';
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

interface Logged {
  readonly seq: number;
  /** The id of the message that it changes. */
  readonly message: number;
  /** The id of the user who made it. */
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface Edit extends Logged {
  readonly kind: 'edit';
  /** The new text; gone once the message is deleted. */
  readonly text?: string;
  /** The new file, where it brings one; gone as the text is. */
  readonly file?: MessageFile;
}

export interface Deletion extends Logged {
  readonly kind: 'delete';
}

export interface Reaction extends Logged {
  readonly kind: 'react';
  readonly emoji: string;
  readonly removed: boolean;
}

/** A change of a message that stands in the log under a number of its own. */
export type Change = Edit | Deletion | Reaction;

/** A number that nobody used: whoever took it was refused, or was too slow and took another. */
export interface Void {
  readonly kind: 'void';
  readonly seq: number;
}

/** What stands under a number of a room's log. */
export type LogEntry = { readonly kind: 'message'; readonly message: Message } | Change | Void;

/** The number that an entry stands under. */
export const seqOf = (entry: LogEntry): number => (entry.kind === 'message' ? entry.message.id : entry.seq);

/** A message with an edit in it, unless a later change is in it already. */
export function edited(message: Message, { seq, text, file, at }: Edit): Message {
  if (text === undefined || message.deletedAt !== undefined || message.revision >= seq) return message;
  return { ...message, text, ...(file && { file }), editedAt: at, updatedAt: at, revision: seq };
}

/** A message with a reaction in it, or without one that is taken back. */
export function reacted(message: Message, { emoji, by, removed }: Reaction): Message {
  const { reactions: before = {}, ...bare } = message;
  const reactions = new Map(Object.entries(before));
  const others = (reactions.get(emoji) ?? []).filter((user) => user !== by);
  const users = removed ? others : [...others, by];
  if (users.length > 0) reactions.set(emoji, users);
  else reactions.delete(emoji);
  return reactions.size > 0 ? { ...bare, reactions: Object.fromEntries(reactions) } : bare;
}

/** What the log says of one message after it was born, latest change first. */
interface Later {
  deleted: boolean;
  edit?: Edit;
  reactions: Reaction[];
}

function withLater(message: Message, later: Later | undefined): Message {
  if (!later) return message;
  const text = later.edit ? edited(message, later.edit) : message;
  return later.reactions.reduceRight(reacted, text);
}

/**
 * The messages that are left of a stretch of the log, given newest first. A change is written before its message is,
 * so a change that its message does not show yet counts too.
 */
export function remaining(entries: readonly LogEntry[]): Message[] {
  const changes = new Map<number, Later>();
  const messages: Message[] = [];
  for (const entry of entries) {
    if (entry.kind === 'message') {
      const later = changes.get(entry.message.id);
      if (entry.message.deletedAt === undefined && !later?.deleted)
        messages.push(withLater(entry.message, later));
      continue;
    }
    if (entry.kind === 'void') continue;
    const later = changes.get(entry.message) ?? { deleted: false, reactions: [] };
    changes.set(entry.message, later);
    if (entry.kind === 'delete') later.deleted = true;
    else if (entry.kind === 'edit') later.edit ??= entry;
    else later.reactions.push(entry);
  }
  return messages;
}

/**
 * The text of a message as it is stored: what was written, with lone surrogates replaced, since UTF-8 has none.
 * @throws ChatError EMPTY_TEXT for a blank text that no file comes with, TOO_LONG above 8,000 code points
 */
export function checkedText(text: string, file?: FileInput): string {
  if (text.trim() === '' && file === undefined) throw new ChatError('EMPTY_TEXT');
  if (longerThan(text, MAX_TEXT_CODE_POINTS)) throw new ChatError('TOO_LONG');
  return text.toWellFormed();
}

function longerThan(text: string, codePoints: number): boolean {
  if (text.length <= codePoints) return false;
  let counted = 0;
  for (const _ of text) if (++counted > codePoints) return true;
  return false;
}
