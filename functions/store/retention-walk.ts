import { randomUUID } from 'node:crypto';
import type { Room } from '../domain/room.ts';
import type { Database, Item } from './database.ts';
import { roomKey } from './keys.ts';
import { IS_ROOM, isRoom, toRoom } from './rooms.ts';

// A new setting of a room applies to its existing items only after a walk over its log. The room's item remembers how
// far the walk has come, so that any later call continues it.

/** How long one call may walk before another call may continue, in milliseconds: longer than a function runs. */
const LEASE_MS = 40_000;

/** The retention and the legal hold of a room, as the admin API sets them. */
export interface RetentionSetting {
  /** 0 for ever; null for the chat's setting. */
  readonly retentionDays: number | null;
  readonly held: boolean;
}

/** A walk over the log of a room. */
export interface Walk {
  readonly room: Room;
  /** The settings have been applied to entries up to this number. */
  readonly from: number;
  /** The last number of the walk. Later entries have the settings from the start. */
  readonly to: number;
  readonly id: string;
}

const settingOf = ({ retentionDays = null, held = false }: Item): RetentionSetting => ({
  retentionDays,
  held,
});

const walkOf = (id: string, item: Item): Walk | undefined =>
  item['walkId'] !== undefined && item['walkAt'] < item['walkTo']
    ? { room: toRoom(id, item), from: item['walkAt'], to: item['walkTo'], id: item['walkId'] }
    : undefined;

/** Returns the attributes of a room whose walk begins. @param to the last number of the walk */
export const newWalk = (to: number) => ({ walkId: randomUUID(), walkAt: 0, walkTo: to });

/** The settings of a room, and whether they have been applied to all of its items. */
export interface RetentionState extends RetentionSetting {
  readonly done: boolean;
}

const stateOf = (id: string, item: Item): RetentionState => ({
  ...settingOf(item),
  done: walkOf(id, item) === undefined,
});

/** Returns the settings of a room; undefined if it does not exist. */
export async function getRetention(db: Database, id: string): Promise<RetentionState | undefined> {
  const item = await db.chat.get(roomKey(id));
  return isRoom(item) ? stateOf(id, item) : undefined;
}

/**
 * Changes the retention of a room. Entries that take a number from now on get it. Starts a walk over the earlier
 * entries, unless they have it already, or another walk is giving it to them.
 * @param chatDays the chat's setting: 0 for ever
 * @returns false if the room does not exist
 */
export async function setRetention(
  db: Database,
  id: string,
  change: Partial<RetentionSetting>,
  chatDays: number,
): Promise<boolean> {
  const item = await db.chat.get(roomKey(id));
  if (!isRoom(item)) return false;
  const { retentionDays, held } = { ...settingOf(item), ...change };
  // The settings with which the last walk started. The chat's own setting may have changed since.
  const settings = `${retentionDays ?? chatDays} ${held}`;
  if (item['walkSettings'] === settings && settingOf(item).retentionDays === retentionDays) return true;
  const set = ['walkSettings = :settings', 'walkId = :walk', 'walkAt = :zero', 'walkTo = seq'];
  const [more, removed] = [
    [held && 'held = :held', retentionDays !== null && 'retentionDays = :days'].filter(Boolean),
    [!held && 'held', retentionDays === null && 'retentionDays'].filter(Boolean),
  ];
  const changed = await db.chat.update(roomKey(id), {
    update: `SET ${[...set, ...more].join()}${removed.length > 0 ? ` REMOVE ${removed.join()}` : ''}`,
    condition: IS_ROOM,
    values: {
      ':settings': settings,
      ':walk': randomUUID(),
      ':zero': 0,
      ...(held && { ':held': true }),
      ...(retentionDays !== null && { ':days': retentionDays }),
    },
  });
  return changed !== undefined;
}

/**
 * Continues the walk of a room, if there is one and no other call works on it. Two walks never run at the same time, so
 * an item that has the newest settings never gets earlier ones.
 * @param now milliseconds since the epoch
 */
export async function takeWalk(db: Database, id: string, now: number): Promise<Walk | undefined> {
  const item = await db.chat.update(roomKey(id), {
    update: 'SET walkLease = :until',
    condition: `${IS_ROOM} AND walkAt < walkTo AND (attribute_not_exists(walkLease) OR walkLease < :now)`,
    values: { ':until': now + LEASE_MS, ':now': now },
    returns: 'ALL_NEW',
  });
  return item && walkOf(id, item);
}

/** Notes how far a walk has come. Returns false if the settings have changed, so that the walk has ended. */
export async function noteWalked(db: Database, { room, id }: Walk, upTo: number): Promise<boolean> {
  const noted = await db.chat.update(roomKey(room.id), {
    update: 'SET walkAt = :at',
    condition: 'walkId = :walk',
    values: { ':at': upTo, ':walk': id },
  });
  return noted !== undefined;
}

/** Lets other calls continue the walk. */
export async function leaveWalk(db: Database, room: string): Promise<void> {
  await db.chat.update(roomKey(room), { update: 'REMOVE walkLease', condition: IS_ROOM });
}
