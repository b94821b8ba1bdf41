import type { DialectName, Reads } from '../domain/connection.ts';
import { directRoomId } from '../domain/room.ts';

/** How connections of a dialect open. Kept apart from its codec, which the authorizer does not need. */
export interface DialectTraits {
  readonly name: DialectName;
  /** Whether a connection is sent the newest messages when it opens. */
  readonly bringsHistory: boolean;
  /** Whether a handshake without a room opens the user's inbox. */
  readonly hasInbox: boolean;
  /** Whether a refused handshake opens a connection that gets an error frame and is closed. */
  readonly refusesByFrame: boolean;
  /** Whether delivered messages count as read, unless the handshake has `?reads=`. */
  readonly reads: Reads;
}

export const dialectTraits: Readonly<Record<DialectName, DialectTraits>> = {
  action: { name: 'action', bringsHistory: true, hasInbox: true, refusesByFrame: false, reads: 'auto' },
  content: { name: 'content', bringsHistory: false, hasInbox: false, refusesByFrame: false, reads: 'auto' },
  type: { name: 'type', bringsHistory: false, hasInbox: false, refusesByFrame: true, reads: 'auto' },
  operation: {
    name: 'operation',
    bringsHistory: false,
    hasInbox: false,
    refusesByFrame: false,
    reads: 'manual',
  },
};

/** Returns the dialect that a handshake names in `?dialect=`, or undefined if there is no such dialect. */
export const dialectNamed = (name: string): DialectTraits | undefined =>
  Object.values(dialectTraits).find((traits) => traits.name === name);

/** What the upgrade request asked for: the URL's query, the last value where a name stands twice. */
export type Query = Readonly<Record<string, string | undefined>>;

const withoutSlash = (value: string | undefined) => value?.replace(/\/$/, '');

/**
 * The room that a handshake names; undefined where it names none. S1 documents `firts_user` and a slash at the end, and
 * the two users in any order are the same room.
 */
export function requestedRoom(query: Query): string | undefined {
  const first = withoutSlash(query['firts_user'] ?? query['first_user']);
  const second = withoutSlash(query['second_user']);
  if (first && second) return directRoomId(first, second);
  return withoutSlash(query['room']) || undefined;
}

/** Whether a handshake says anything about a room, be it one that there is not. */
export const namesRoom = (query: Query): boolean =>
  ['room', 'firts_user', 'first_user', 'second_user'].some((name) => query[name] !== undefined);

/** Whether the connection's messages count as read when they are delivered. */
export function requestedReads(query: Query, dialect: DialectTraits): Reads {
  const asked = query['reads'];
  return asked === 'auto' || asked === 'manual' ? asked : dialect.reads;
}

/** The number that a client has everything up to; undefined where it says none. */
export function requestedSince(query: Query): number | undefined {
  const since = Number(withoutSlash(query['since']) || Number.NaN);
  return Number.isSafeInteger(since) && since >= 0 ? since : undefined;
}
