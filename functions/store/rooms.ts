import { hasValidId, type Room } from '../domain/room.ts';
import type { Database, Item } from './database.ts';
import { listedKey, parseRoomKey, roomKey } from './keys.ts';

/** Returns the room that an item of the table `chat` holds. */
export function toRoom(id: string, item: Item): Room {
  const { name, kind, access, seq, shards, shardsBefore: from, shardsSince: at } = item;
  return { id, name, kind, access, seq, shards, ...(at !== undefined && { grown: { from, at } }) };
}

/** Returns a room. Reads consistently by default. */
export async function getRoom(
  db: Database,
  id: string,
  options?: { readonly consistent: boolean },
): Promise<Room | undefined> {
  const item = await db.chat.get(roomKey(id), options);
  return item && toRoom(id, item);
}

/** A room and the time of its last change. */
export interface RoomState {
  readonly room: Room;
  /** Milliseconds since the epoch; 0 in a room without messages. */
  readonly lastAt: number;
}

/** Returns those of the rooms that exist, in any order. Reads consistently by default. */
export async function getRooms(
  db: Database,
  ids: readonly string[],
  options = { consistent: true },
): Promise<RoomState[]> {
  const items = await db.chat.batchGet(ids.map(roomKey), options);
  return items.map((item) => ({
    room: toRoom(parseRoomKey(item['room']), item),
    lastAt: item['lastAt'] ?? 0,
  }));
}

/**
 * Creates a room with an empty log. An existing room stays as it is.
 * @returns whether it was created
 * @throws Error for an id that a room of its kind cannot have
 */
export async function putRoom(
  db: Database,
  room: Pick<Room, 'id' | 'name' | 'kind' | 'access'>,
): Promise<boolean> {
  const { id, name, kind, access } = room;
  if (!hasValidId(room)) {
    throw new Error('Room not created: no room of its kind can have its id. Choose another id.');
  }
  // The list may contain a room that was not created, but no room is missing.
  await db.chat.put(listedKey('room', id));
  return db.chat.put(
    { ...roomKey(id), name, kind, access, seq: 0, shards: 1 },
    { condition: 'attribute_not_exists(#item)' },
  );
}

/** Changes the name of a room. Returns the room; undefined if it does not exist. */
export async function renameRoom(db: Database, id: string, name: string): Promise<Room | undefined> {
  const item = await db.chat.update(roomKey(id), {
    update: 'SET #name = :name',
    condition: 'attribute_exists(#item)',
    values: { ':name': name },
    returns: 'ALL_NEW',
  });
  return item && toRoom(id, item);
}
