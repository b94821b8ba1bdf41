import { type Connection, isPresence } from './connection.ts';
import { ChatError } from './errors.ts';
import type { Event } from './event.ts';
import { isBelow, type Message, type Status } from './message.ts';
import { isInbox } from './room.ts';

/** Receipts go to everyone in a room of up to this many connections, above that to the author only. */
export const MAX_RECEIPT_AUDIENCE = 50;

/** How far a message has come with those that took it: nobody but its author, somebody else, or somebody that reads at once. */
export function statusFrom(author: string, takenBy: readonly Connection[]): Status {
  const others = takenBy.filter((connection) => connection.user.id !== author);
  if (others.some((connection) => connection.reads === 'auto')) return 'read';
  return others.length > 0 ? 'delivered' : 'sent';
}

/** Who hears of a message's receipts. */
export function receiptAudience(author: string, present: readonly Connection[]): readonly Connection[] {
  const inside = present.filter(isPresence);
  if (inside.length <= MAX_RECEIPT_AUDIENCE) return inside;
  return inside.filter((connection) => connection.user.id === author);
}

/** How far a message has come that a connection of somebody else was sent. */
export const reached = ({ reads }: Pick<Connection, 'reads'>): Status =>
  reads === 'auto' ? 'read' : 'delivered';

/** Those of the messages that have not come as far yet as a connection that was sent them. */
export const newsTo = (connection: Connection, messages: readonly Message[]): readonly Message[] =>
  messages.filter(
    (message) => message.author.id !== connection.user.id && isBelow(message, reached(connection)),
  );

/** An inbox hears of at most this many of its user's rooms. */
export const MAX_INBOX_ROOMS = 1_000;

/**
 * Whether a connection receives an event. An inbox receives only what a list of rooms needs: new messages, joined and
 * left rooms, and what its own user has read on another device.
 */
export function receivesEvent({ via, user }: Pick<Connection, 'via' | 'user'>, event: Event): boolean {
  if (via !== 'inbox') return true;
  switch (event.kind) {
    case 'MessageSent':
    case 'Joined':
    case 'Left':
    case 'Refused':
      return true;
    case 'Seen':
      return event.user === user.id && !event.guest;
    default:
      return false;
  }
}

/** A connection joins at most this many rooms beside its own, or beside those of its inbox. */
export const MAX_JOINED_ROOMS = 100;

/**
 * The count may be some moments old, and need not be exact: what it keeps small is the work of a connection's end.
 * @param home the connection's own room, or its inbox
 * @param count of how many rooms it hears already, its own included
 * @throws ChatError TOO_MANY_ROOMS
 */
export function checkMayJoin(home: string, count: number): void {
  const most = MAX_JOINED_ROOMS + (isInbox(home) ? MAX_INBOX_ROOMS : 0);
  if (count > most) throw new ChatError('TOO_MANY_ROOMS');
}
