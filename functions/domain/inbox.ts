import type { Connection } from './connection.ts';
import { ChatError } from './errors.ts';
import type { Event } from './event.ts';
import { isInbox } from './room.ts';

/** An inbox hears of at most this many of its user's rooms. */
export const MAX_INBOX_ROOMS = 1_000;

/**
 * Whether a connection hears of an event at all. In a room's name an inbox hears what keeps a list of rooms right: new
 * messages, what its own user has read on another device, and which rooms there are.
 */
export function hears({ via, user }: Pick<Connection, 'via' | 'user'>, event: Event): boolean {
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
