import { defaultSettings, hasValidId, type Room } from '../domain/room.ts';
import { dataAttribute, parsedData } from './custom-data.ts';
import type { Database, Item } from './database.ts';
import { listedKey, parseRoomKey, roomKey } from './keys.ts';

const settingNames = Object.keys(defaultSettings);

/** Returns the room that an item of the table `chat` holds. */
export function toRoom(id: string, item: Item): Room {
  const { name, kind, access, seq, shards, shardsBefore: from, shardsSince: at } = item;
  const { floor, floorAt, retentionDays, held, marks } = item;
  const takenAt = Math.max(item['lastAt'] ?? 0, item['changedAt'] ?? 0);
  const settings = settingNames.filter((field) => item[field] !== undefined);
  return {
    ...{ id, name, kind, access, seq, shards },
    ...(at !== undefined && { grown: { from, at } }),
    ...(takenAt > 0 && { lastAt: takenAt }),
    ...(floor !== undefined && { floor }),
    ...(floorAt !== undefined && { floorAt }),
    ...(retentionDays !== undefined && { retentionDays }),
    ...(held && { held }),
    ...(marks && { marks }),
    ...Object.fromEntries(settings.map((field) => [field, item[field]])),
    ...parsedData(item['data']),
  };
}

/**
 * Whether an item holds a room. Until a room is imported completely, and after it was deleted, its item only reserves
 * the id.
 */
export const isRoom = (item: Item | undefined): item is Item =>
  item !== undefined && item['importing'] === undefined && item['deletedAt'] === undefined;

/** The condition that an item holds a room. */
export const IS_ROOM =
  'attribute_exists(#item) AND attribute_not_exists(importing) AND attribute_not_exists(deletedAt)';

/** Returns a room. Reads consistently by default. */
export async function getRoom(
  db: Database,
  id: string,
  options?: { readonly consistent: boolean },
): Promise<Room | undefined> {
  const item = await db.chat.get(roomKey(id), options);
  return isRoom(item) ? toRoom(id, item) : undefined;
}

/** A room and the time of its last change. */
export interface RoomState {
  readonly room: Room;
  /** Milliseconds since the epoch; 0 in a room without messages. */
  readonly lastAt: number;
  /**
   * The time that places the room in lists: `lastAt`, or without messages when the room was created, if known. An
   * imported room may have any attribute `createdAt`.
   */
  readonly activeAt: number;
}

/** Returns those of the rooms that exist, in any order. Reads consistently by default. */
export async function getRooms(
  db: Database,
  ids: readonly string[],
  options = { consistent: true },
): Promise<RoomState[]> {
  const items = await db.chat.batchGet(ids.map(roomKey), options);
  return items.filter(isRoom).map((item) => {
    const { room, lastAt = 0, createdAt } = item;
    const created = typeof createdAt === 'number' ? createdAt : 0;
    return { room: toRoom(parseRoomKey(room), item), lastAt, activeAt: lastAt || created };
  });
}

/**
 * Creates a room with an empty log. An existing room stays as it is.
 * @param now places the room in lists until its first message
 * @returns whether it was created
 * @throws Error for an id that a room of its kind cannot have
 */
export async function putRoom(
  db: Database,
  room: Pick<Room, 'id' | 'name' | 'kind' | 'access' | 'data'>,
  now?: number,
): Promise<boolean> {
  const { id, name, kind, access, data } = room;
  if (!hasValidId(room)) {
    throw new Error('Room not created: no room of its kind can have its id. Choose another id.');
  }
  // The list may contain a room that was not created, but no room is missing.
  await db.chat.put(listedKey('room', id));
  const created = now !== undefined && { createdAt: now };
  return db.chat.put(
    { ...roomKey(id), name, kind, access, seq: 0, shards: 1, ...created, ...(data && dataAttribute(data)) },
    { condition: 'attribute_not_exists(#item)' },
  );
}
