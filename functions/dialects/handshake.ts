import type { Changes, DialectName, Reads, Receipts } from '../domain/connection.ts';
import { directRoomId } from '../domain/room.ts';

/** How connections of a dialect open. Kept apart from its codec, which the authorizer does not need. */
export interface DialectTraits {
  readonly name: DialectName;
  /** Whether the server sends the newest messages when a connection opens. */
  readonly bringsHistory: boolean;
  /** Whether a handshake without a room opens the user's inbox. */
  readonly hasInbox: boolean;
  /** Whether a refused handshake opens a connection that gets an error frame and is closed. */
  readonly refusesByFrame: boolean;
  /** Whether the dialect has a frame for `?receipts=author`. */
  readonly hasReceiptFrame: boolean;
  /** Whether the dialect has frames for `?changes=all`. */
  readonly hasRoomFrames: boolean;
  /** Whether delivered messages count as read, unless the handshake has `?reads=`. */
  readonly reads: Reads;
}

export const dialectTraits: Readonly<Record<DialectName, DialectTraits>> = {
  action: {
    name: 'action',
    bringsHistory: true,
    hasInbox: true,
    refusesByFrame: false,
    hasReceiptFrame: true,
    hasRoomFrames: true,
    reads: 'auto',
  },
  content: {
    name: 'content',
    bringsHistory: false,
    hasInbox: false,
    refusesByFrame: false,
    hasReceiptFrame: false,
    hasRoomFrames: false,
    reads: 'auto',
  },
  type: {
    name: 'type',
    bringsHistory: false,
    hasInbox: false,
    refusesByFrame: true,
    hasReceiptFrame: false,
    hasRoomFrames: false,
    reads: 'auto',
  },
  operation: {
    name: 'operation',
    bringsHistory: false,
    hasInbox: false,
    refusesByFrame: false,
    hasReceiptFrame: false,
    hasRoomFrames: false,
    reads: 'manual',
  },
};

/** Returns the dialect that a handshake names in `?dialect=`, or undefined if there is no such dialect. */
export const dialectNamed = (name: string): DialectTraits | undefined =>
  Object.values(dialectTraits).find((traits) => traits.name === name);

/** The query of a handshake's URL. API Gateway keeps the last value of a repeated parameter. */
export type Query = Readonly<Record<string, string | undefined>>;

const withoutSlash = (value: string | undefined) => value?.replace(/\/$/, '');

/**
 * Returns the id of the room that a handshake names. Contract S1 spells the parameter `firts_user`, and its clients end
 * the query with a slash, so this function removes one slash from the end of a user's id. To keep an id that itself
 * ends in a slash, the edge appends another one.
 */
export function requestedRoom(query: Query): string | undefined {
  const first = withoutSlash(query['firts_user'] ?? query['first_user']);
  const second = withoutSlash(query['second_user']);
  if (first && second) return directRoomId(first, second);
  return query['room'] || undefined;
}

/** Whether a handshake has a parameter that names a room, even if its value is not a room. */
export const namesRoom = (query: Query): boolean =>
  ['room', 'firts_user', 'first_user', 'second_user'].some((name) => query[name] !== undefined);

/** Returns the handshake's `reads`, or the dialect's default. */
export function requestedReads(query: Query, dialect: DialectTraits): Reads {
  const reads = query['reads'];
  return reads === 'auto' || reads === 'manual' ? reads : dialect.reads;
}

/** Returns the handshake's `receipts`; undefined unless it is `author` and the dialect has a frame for it. */
export const requestedReceipts = (query: Query, dialect: DialectTraits): Receipts | undefined =>
  dialect.hasReceiptFrame && query['receipts'] === 'author' ? 'author' : undefined;

/** Returns the handshake's `changes`; undefined unless it is `all` and the dialect has frames for it. */
export const requestedChanges = (query: Query, dialect: DialectTraits): Changes | undefined =>
  dialect.hasRoomFrames && query['changes'] === 'all' ? 'all' : undefined;

/** Returns the handshake's `since`, or undefined if it has none or is not a sequence number. */
export function requestedSince(query: Query): number | undefined {
  const since = Number(withoutSlash(query['since']) || Number.NaN);
  return Number.isSafeInteger(since) && since >= 0 ? since : undefined;
}
