import type { Room } from '../domain/room.ts';
import { getItems } from './batch.ts';
import type { Database } from './database.ts';
import { parseRoomKey, roomKey } from './keys.ts';
import { toRoom } from './rooms.ts';

/** A room and when something was last said in it. */
export interface RoomState {
  readonly room: Room;
  /** Milliseconds since the epoch; 0 where nothing was ever said. */
  readonly lastAt: number;
}

/** Those of the rooms that are there, read consistently, in no order. */
export async function getRooms(db: Database, ids: readonly string[]): Promise<RoomState[]> {
  const items = await getItems(db, ids.map(roomKey), { consistent: true });
  return items.map((item) => ({
    room: toRoom(parseRoomKey(item['room']), item),
    lastAt: item['lastAt'] ?? 0,
  }));
}
