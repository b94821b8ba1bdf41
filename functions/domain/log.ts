import type { MessageFile } from './file.ts';
import type { Message } from './message.ts';

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
