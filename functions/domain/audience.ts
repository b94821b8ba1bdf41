import { isAboutHidden, isBlocked, isHiddenFrom } from './block.ts';
import { type Connection, isInRoom } from './connection.ts';
import { ChatError } from './errors.ts';
import type { Event, Seen } from './event.ts';
import { type Actor, actorId, isSameActor } from './member.ts';
import { altersLists, isStatusBelow, type Message, type Status } from './message.ts';
import { isInbox } from './room.ts';

/** In rooms with more connections only the message's author receives receipts. */
export const MAX_RECEIPT_AUDIENCE = 50;

/** An inbox receives new messages of at most this many rooms: those that changed last before it opened. */
export const MAX_INBOX_ROOMS = 1_000;

/** A connection joins at most this many rooms, in addition to its own room or the rooms of its inbox. */
export const MAX_JOINED_ROOMS = 100;

/** Whether a read mark is the user's own, or covers a message of the user. */
const concerns = (user: Actor, { user: id, guest, authors }: Seen): boolean =>
  isSameActor(user, { id, ...(guest && { guest }) }) || (authors?.includes(actorId(user)) ?? true);

/**
 * Whether a connection receives an event. An inbox receives only the events that keep a list of rooms up to date. With
 * `changes=all` these include edits and deletes of messages, which earlier clients do not expect in an inbox. A
 * connection with `receipts=author` receives only the read marks that concern its user. A connection in a room also
 * receives changes of hidden messages, as `Hidden` events.
 */
export function receivesEvent(
  {
    via,
    user,
    receipts,
    changes,
    blocked,
  }: Pick<Connection, 'via' | 'user' | 'receipts' | 'changes' | 'blocked'>,
  event: Event,
): boolean {
  if (event.kind === 'TypingChanged' && isBlocked(blocked, { ...event, id: event.user })) return false;
  const isLogged = event.kind === 'MessageSent' || event.kind === 'MessageChanged';
  if (isAboutHidden({ user, blocked }, event) && (via === 'inbox' || !isLogged)) return false;
  if (via !== 'inbox') return receipts !== 'author' || event.kind !== 'Seen' || concerns(user, event);
  switch (event.kind) {
    case 'MessageSent':
    case 'RoomChanged':
    case 'RoomDeleted':
    case 'Joined':
    case 'Left':
    case 'Refused':
      return true;
    case 'MessageChanged':
      return changes === 'all' && altersLists(event.change);
    case 'Seen':
      return event.user === user.id && !event.guest;
    default:
      return false;
  }
}

/** Returns the status that a message has once a recipient's connection received it. */
export const statusAtRecipient = ({ reads }: Pick<Connection, 'reads'>): Status =>
  reads === 'auto' ? 'read' : 'delivered';

/**
 * Returns the status of a message that the given connections received. Does not count connections of the author,
 * requests, and connections from which the message is hidden.
 */
export function deliveryStatus(author: Actor, receivers: readonly Connection[]): Status {
  const recipients = receivers.filter(
    (receiver) =>
      receiver.reads !== 'none' &&
      !isSameActor(receiver.user, author) &&
      !isBlocked(receiver.blocked, author),
  );
  if (recipients.some((connection) => connection.reads === 'auto')) return 'read';
  return recipients.length > 0 ? 'delivered' : 'sent';
}

/**
 * Returns the connections that receive the receipts of a message: those of its author, and in small rooms those without
 * `receipts=author`.
 */
export function receiptAudience(author: Actor, connections: readonly Connection[]): readonly Connection[] {
  const present = connections.filter(isInRoom);
  const isSmall = present.length <= MAX_RECEIPT_AUDIENCE;
  return present.filter(
    ({ user, receipts }) => (isSmall && receipts !== 'author') || isSameActor(user, author),
  );
}

/** Returns the messages whose status rises when the connection receives them. */
export const messagesToAcknowledge = (
  connection: Connection,
  messages: readonly Message[],
): readonly Message[] =>
  messages.filter(
    (message) =>
      !isSameActor(message.author, connection.user) &&
      !isHiddenFrom(connection, message) &&
      isStatusBelow(message, statusAtRecipient(connection)),
  );

/**
 * Checks that a connection may join one more room. The limit bounds the work of closing a connection.
 * @param home the connection's own room, or its inbox
 * @param count the number of rooms that the connection is in, its own included; may be slightly out of date
 * @throws ChatError TOO_MANY_ROOMS
 */
export function checkMayJoin(home: string, count: number): void {
  const limit = MAX_JOINED_ROOMS + (isInbox(home) ? MAX_INBOX_ROOMS : 0);
  if (count > limit) throw new ChatError('TOO_MANY_ROOMS');
}
