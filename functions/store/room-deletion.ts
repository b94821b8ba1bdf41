import type { Room } from '../domain/room.ts';
import type { Database, Item } from './database.ts';
import { pinsKey, roomKey } from './keys.ts';
import { IS_ROOM, toRoom } from './rooms.ts';

// A deleted room keeps an item, so that no second room gets its id. Readers and writers ignore the item. A purge
// gives the entries of its log an expiry; the item remembers how far the purge has come. A direct room that was emptied
// is purged up to its floor.

/** A part of a room's log that is being purged. */
export interface Purge {
  readonly room: Room;
  /** Entries up to this number have an expiry. */
  readonly from: number;
  /** The last number of the purge. */
  readonly to: number;
  /** The time from which the entries expire, in seconds since the epoch. */
  readonly expiresAt: number;
}

/** A deleted room. */
export interface DeletedRoom {
  readonly room: Room;
  /** The id of the user who deleted it, or of a backend of the team. */
  readonly by: string;
}

const toDeleted = (id: string, item: Item): DeletedRoom => ({
  room: toRoom(id, item),
  by: item['deletedBy'],
});

/** Returns a deleted room; undefined if there is no room, or one that is not deleted. */
export async function getDeletedRoom(db: Database, id: string): Promise<DeletedRoom | undefined> {
  const item = await db.chat.get(roomKey(id));
  return item?.['deletedAt'] === undefined ? undefined : toDeleted(id, item);
}

/** How long the entries of a deleted room are kept, in seconds: a day. */
const KEPT_SECONDS = 24 * 60 * 60;

const purgeValues = (now: number) => ({
  ':zero': 0,
  ':expiry': Math.ceil(now / 1000) + KEPT_SECONDS,
});

/** The condition that a room exists without a legal hold. */
const NOT_HELD = `${IS_ROOM} AND attribute_not_exists(held)`;

/**
 * Deletes a room, unless it has a legal hold. From then on, readers ignore it, and it assigns no number.
 * @returns the deleted room; undefined if there is no room, or one with a legal hold
 */
export async function markDeleted(
  db: Database,
  id: string,
  by: string,
  now: number,
): Promise<DeletedRoom | undefined> {
  const item = await db.chat.update(roomKey(id), {
    update:
      'SET deletedAt = :now, deletedBy = :by, #name = :none, purgeFrom = :zero, purgeTo = seq, purgeExpiry = :expiry ' +
      'REMOVE #description, #avatarUrl, #data',
    condition: NOT_HELD,
    values: { ':now': now, ':by': by, ':none': '', ...purgeValues(now) },
    returns: 'ALL_NEW',
  });
  return item && toDeleted(id, item);
}

/**
 * Raises the floor of a room, unless it has a legal hold. Entries up to the floor are gone for all readers.
 * @returns false if there is no room, or one with a legal hold
 */
export async function raiseFloor(db: Database, id: string, floor: number, now: number): Promise<boolean> {
  const raised = await db.chat.update(roomKey(id), {
    update: 'SET #floor = :floor, floorAt = :now, purgeFrom = :zero, purgeTo = :floor, purgeExpiry = :expiry',
    condition: `${NOT_HELD} AND (attribute_not_exists(#floor) OR #floor < :floor)`,
    values: { ':floor': floor, ':now': now, ...purgeValues(now) },
  });
  return raised !== undefined;
}

/** Returns the purge of a room that has not ended. A legal hold stops it. */
export async function getPurge(db: Database, id: string): Promise<Purge | undefined> {
  const item = (await db.chat.get(roomKey(id))) ?? {};
  const { purgeFrom: from, purgeTo: to, purgeExpiry: expiresAt } = item;
  const isOpen = from < to && item['held'] === undefined;
  return isOpen ? { room: toRoom(id, item), from, to, expiresAt } : undefined;
}

/** Removes the list of pins of a deleted room. */
export async function removePins(db: Database, room: string): Promise<void> {
  await db.chat.remove(pinsKey(room));
}

/** Notes how far a purge has come. */
export async function notePurged(db: Database, { room, to }: Purge, upTo: number): Promise<void> {
  await db.chat.update(roomKey(room.id), {
    update: 'SET purgeFrom = :from',
    condition: 'purgeTo = :to AND purgeFrom < :from',
    values: { ':from': upTo, ':to': to },
  });
}
