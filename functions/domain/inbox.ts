import type { Connection } from './connection.ts';
import { ChatError } from './errors.ts';
import type { Event } from './event.ts';
import { isInbox } from './room.ts';

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
 * @throws ChatError BAD_FRAME
 */
export function checkMayJoin(home: string, count: number): void {
  const most = MAX_JOINED_ROOMS + (isInbox(home) ? MAX_INBOX_ROOMS : 0);
  if (count > most) throw new ChatError('BAD_FRAME', 'This socket is in too many rooms: leave one first');
}
