import type { CustomData } from './custom-data.ts';
import { ChatError } from './errors.ts';
import type { FileInput, MessageFile } from './file.ts';
import { type Actor, actorId, type User } from './member.ts';
import { isRoomChange, type RoomChange } from './room-change.ts';
import { isBlank } from './text.ts';

/** The delivery statuses of a message, from lowest to highest. A message's status never goes down. */
export const statuses = ['sent', 'delivered', 'read'] as const;

export type Status = (typeof statuses)[number];

/** The kinds of messages that clients can send. */
export const sentTypes = ['text', 'file', 'image'] as const;

/** All kinds of messages. Only the admin API sends those of the type `system`. */
export const messageTypes = [...sentTypes, 'system'] as const;

export type MessageType = (typeof messageTypes)[number];

/** The users who reacted to a message with one emoji. */
export interface Reactors {
  readonly count: number;
  /** Ids, the earliest first. All of them up to `MAX_LISTED_REACTORS`, otherwise some of them. */
  readonly users: readonly string[];
  /** The store's parts that hold users whom `users` lacks. */
  readonly parts?: readonly number[];
}

/** Up to this number of users, a message lists all who reacted with an emoji. */
export const MAX_LISTED_REACTORS = 50;

/** A message mentions at most this many users. */
export const MAX_MENTIONS = 50;

export interface Message {
  /** The sequence number under which the room's log stores the message. */
  readonly id: number;
  readonly room: string;
  readonly author: User;
  /** Empty in a tombstone, which keeps only the id, the author and the times. */
  readonly text: string;
  readonly type: MessageType;
  readonly file?: MessageFile;
  readonly replyTo?: number;
  /** The user whom the author addressed. All members of the room see the message. */
  readonly receiver?: string;
  /**
   * The ids of the users whom the message mentions, as the author named them. An id of no member has no effect. Absent
   * if there are none, and once the message is deleted.
   */
  readonly mentions?: readonly string[];
  /** Removed once the message is deleted. */
  readonly data?: CustomData;
  /** The users who reacted, by emoji, in the order in which the emoji were first used. */
  readonly reactions?: Readonly<Record<string, Reactors>>;
  readonly status: Status;
  /** ISO 8601, UTC, with milliseconds. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly editedAt?: string;
  readonly deletedAt?: string;
  /** The idempotency key that the author's client chose. */
  readonly clientId?: string;
  /** The sequence number of the last edit or delete that the message contains; the message's id if there is none. */
  readonly revision: number;
}

interface LoggedChange {
  readonly seq: number;
  /** The id of the changed message. */
  readonly message: number;
  /** The id of the user who made the change. */
  readonly by: string;
  /** Set when a guest made it: `by` is then unverified and may be the id of a real user. */
  readonly guest?: true;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface Edit extends LoggedChange {
  readonly kind: 'edit';
  /** The new text. Removed once the message is deleted. */
  readonly text?: string;
  /** The new file, if the edit has one. Removed once the message is deleted. */
  readonly file?: MessageFile;
  /** The new data, if the edit changes it; null if the edit removes it. Removed once the message is deleted. */
  readonly data?: CustomData | null;
  /** The new mentions, if the edit changes them; empty if it removes them. Removed once the message is deleted. */
  readonly mentions?: readonly string[];
}

export interface Deletion extends LoggedChange {
  readonly kind: 'delete';
}

export interface Reaction extends LoggedChange {
  readonly kind: 'react';
  readonly emoji: string;
  readonly removed: boolean;
}

/** A change of a message. It has its own sequence number in the room's log. */
export type Change = Edit | Deletion | Reaction;

export const changeKinds: readonly string[] = ['edit', 'delete', 'react'] satisfies Change['kind'][];

/** Whether a change can alter what a list of rooms shows: the text of the newest message, or the unread count. */
export const altersLists = ({ kind }: Change): boolean => kind !== 'react';

/**
 * The effect of a change on its message. `none`: the message stays the same. `full`: a limit of the message refuses it.
 */
export type Effect = 'change' | 'none' | 'full';

/** The sequence number in the event of a change that was not logged, because it changes nothing. */
export const NOT_LOGGED = 0;

/** Returns the `actorId` of the user or guest who made a change. */
export const changedBy = ({ by, guest }: { readonly by: string } & Pick<Actor, 'guest'>): string =>
  actorId({ id: by, ...(guest && { guest }) });

/** Marks a sequence number that will never hold a message or a change. */
export interface Void {
  readonly kind: 'void';
  readonly seq: number;
  /** Set on the topmost of many void numbers in a row: the lowest of them. */
  readonly from?: number;
}

/** An entry of a room's log. */
export type LogEntry = { readonly kind: 'message'; readonly message: Message } | Change | RoomChange | Void;

/** Returns the sequence number of a log entry. */
export const seqOf = (entry: LogEntry): number => (entry.kind === 'message' ? entry.message.id : entry.seq);

/** Returns a message without the fields that the log has as changes of it. */
export function ownFields({ reactions: _reactions, ...fields }: Message): Message {
  return fields;
}

/** Returns when an entry was written, in milliseconds since the epoch. Void entries have no time. */
export function timeOf(entry: LogEntry): number | undefined {
  if (entry.kind === 'void') return undefined;
  return Date.parse(entry.kind === 'message' ? entry.message.createdAt : entry.at);
}

/** Returns the field `mentions` of a message. Leaves it out for an empty list. */
export const mentionsField = (mentions: readonly string[] | undefined): Pick<Message, 'mentions'> =>
  mentions && mentions.length > 0 ? { mentions } : {};

/** Whether a message mentions a user. No message mentions a guest. */
export const isMentioned = (mentions: readonly string[] | undefined, { id, guest }: Actor): boolean =>
  !guest && (mentions?.includes(id) ?? false);

/** Returns the message with a reaction added or removed. */
function withReaction(message: Message, { emoji, by, removed }: Reaction): Message {
  const { reactions: before = {}, ...bare } = message;
  const reactions = new Map(Object.entries(before));
  const { count, users, ...rest } = reactions.get(emoji) ?? { count: 0, users: [] };
  const others = users.filter((user) => user !== by);
  // The message may count a user without listing them.
  const otherCount = others.length < users.length || (removed && count > users.length) ? count - 1 : count;
  const after = removed
    ? { count: otherCount, users: others, ...rest }
    : { count: otherCount + 1, users: [...others, by], ...rest };
  if (after.count > 0) reactions.set(emoji, after);
  else reactions.delete(emoji);
  return reactions.size > 0 ? { ...bare, reactions: Object.fromEntries(reactions) } : bare;
}

/** Returns the message with a change applied, or the same message if it contains a later change or is deleted. */
export function withChange(message: Message, change: Change): Message {
  if (message.deletedAt !== undefined) return message;
  const { at, seq } = change;
  switch (change.kind) {
    case 'edit': {
      const { text, file } = change;
      if (text === undefined || message.revision >= seq) return message;
      const { data: before, mentions: mentioned, ...bare } = message;
      const data = change.data === undefined ? before : change.data;
      const mentions = mentionsField(change.mentions ?? mentioned);
      const changed = { text, ...(file && { file }), ...(data && { data }), ...mentions };
      return { ...bare, ...changed, editedAt: at, updatedAt: at, revision: seq };
    }
    case 'delete': {
      const { data: _data, mentions: _mentions, ...bare } = message;
      return { ...bare, text: '', deletedAt: at, updatedAt: at, revision: seq };
    }
    case 'react':
      return withReaction(message, change);
    default:
      return change satisfies never;
  }
}

/** Whether applying an entry again is harmless: a message may count a user's reaction without listing the user. */
export function isExact(entry: LogEntry, messages: ReadonlyMap<number, Message>): boolean {
  if (entry.kind !== 'react') return true;
  const { count, users } = messages.get(entry.message)?.reactions?.[entry.emoji] ?? { count: 0, users: [] };
  return count === users.length;
}

/**
 * Returns the messages of a part of the log that are not deleted. Applies changes that their messages do not contain
 * yet, because a change is logged before its message is updated.
 * @param entries newest first
 * @param isHeld whether the message of a change is known to contain it, or a later change that replaces it
 */
export function currentMessages(
  entries: readonly LogEntry[],
  isHeld: (change: Change) => boolean = () => false,
): Message[] {
  const changes = new Map<number, Change[]>();
  const messages: Message[] = [];
  for (const entry of entries) {
    if (entry.kind === 'message') {
      const newestFirst = changes.get(entry.message.id) ?? [];
      const message = newestFirst.reduceRight(withChange, entry.message);
      if (message.deletedAt === undefined) messages.push(message);
    } else if (entry.kind !== 'void' && !isRoomChange(entry) && !isHeld(entry)) {
      const newestFirst = changes.get(entry.message);
      if (newestFirst) newestFirst.push(entry);
      else changes.set(entry.message, [entry]);
    }
  }
  return messages;
}

/** Returns all statuses below a status. */
export const statusesBelow = (status: Status): readonly Status[] =>
  statuses.slice(0, statuses.indexOf(status));

/** Whether a message's status is below a status. */
export const isStatusBelow = (message: Pick<Message, 'status'>, status: Status): boolean =>
  statusesBelow(status).includes(message.status);

/** At most 32,000 bytes in UTF-8, which fits API Gateway's frame limit of 32 KB. */
export const MAX_TEXT_CODE_POINTS = 8_000;

function isLongerThan(text: string, codePoints: number): boolean {
  if (text.length <= codePoints) return false;
  let count = 0;
  for (const _ of text) if (++count > codePoints) return true;
  return false;
}

/**
 * Returns the text to store for a message. Replaces lone surrogates, because UTF-8 cannot encode them.
 * @throws ChatError TOO_LONG above 8,000 code points, BAD_FRAME for a NUL character
 */
export function cleanText(text: string): string {
  if (isLongerThan(text, MAX_TEXT_CODE_POINTS)) throw new ChatError('TOO_LONG');
  if (text.includes('\0')) {
    throw new ChatError('BAD_FRAME', 'Text not accepted: it contains a NUL character. Remove it.');
  }
  return text.toWellFormed();
}

/** @throws ChatError EMPTY_TEXT if the text has no visible character and the message has no file */
export function checkNotBlank(text: string, file: object | undefined): void {
  if (file === undefined && isBlank(text)) throw new ChatError('EMPTY_TEXT');
}

/** Returns the text to store for a new message. @throws ChatError EMPTY_TEXT, TOO_LONG, BAD_FRAME */
export function checkText(text: string, file?: FileInput): string {
  const clean = cleanText(text);
  checkNotBlank(clean, file);
  return clean;
}
