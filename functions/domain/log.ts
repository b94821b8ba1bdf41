import type { Message } from './message.ts';

/** A change of a message that stands in the log under a number of its own. */
export interface Change {
  readonly kind: 'edit' | 'delete';
  readonly seq: number;
  /** The id of the message that it changes. */
  readonly message: number;
  /** The id of the user who made it. */
  readonly by: string;
  /** The new text of an edit; gone once the message is deleted. */
  readonly text?: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** What stands under a number of a room's log. */
export type LogEntry = { readonly kind: 'message'; readonly message: Message } | Change;

export const isMessage = (entry: LogEntry): entry is Extract<LogEntry, { kind: 'message' }> =>
  entry.kind === 'message';

/** A message with an edit in it, unless a later change is in it already. */
export function edited(message: Message, { seq, text, at }: Change): Message {
  if (text === undefined || message.deletedAt !== undefined || message.revision >= seq) return message;
  return { ...message, text, editedAt: at, updatedAt: at, revision: seq };
}

/**
 * The messages that are left of a stretch of the log, given newest first. A change is written before its message is,
 * so a change that its message does not show yet counts too.
 */
export function remaining(entries: readonly LogEntry[]): Message[] {
  const deleted = new Set<number>();
  const edits = new Map<number, Change>();
  const messages: Message[] = [];
  for (const entry of entries) {
    if (isMessage(entry)) {
      const edit = edits.get(entry.message.id);
      if (entry.message.deletedAt !== undefined || deleted.has(entry.message.id)) continue;
      messages.push(edit ? edited(entry.message, edit) : entry.message);
    } else if (entry.kind === 'delete') deleted.add(entry.message);
    else if (!edits.has(entry.message)) edits.set(entry.message, entry);
  }
  return messages;
}
