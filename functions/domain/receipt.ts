import type { Connection } from './connection.ts';
import { isBelow, type Message, type Status } from './message.ts';
import { isPresence } from './presence.ts';

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
