import { type Database, type Item, type Key, queryAll } from './database.ts';
import { parseListed, placementKey, roomKey } from './keys.ts';

// An import that is given up has stored a part of a room, whose id is reserved. To cancel it, its item gets the time
// `cancelledAt`, and imports no more lines. Then all other items of the room go, and at last this item.

/** A request that is under way may still store lines. Functions run for at most a minute (`lib/entries.ts`). */
const UNDER_WAY_MS = 60_000;

/** How many items one call to `listImported` returns. */
const PAGE = 100;

/** Cancels an import that is not complete. Returns false if there is no such import. */
export async function markCancelled(db: Database, room: string, now: number): Promise<boolean> {
  const marked = await db.chat.update(roomKey(room), {
    update: 'SET cancelledAt = if_not_exists(cancelledAt, :now)',
    condition: 'attribute_exists(importing)',
    values: { ':now': now },
  });
  return marked !== undefined;
}

/** An item of a cancelled import. */
export interface ImportedItem {
  readonly keys: readonly Key[];
  /** The id, if it is the item of a file. */
  readonly file?: string;
}

/** Returns the keys of an item, and of a member's item also that of the room's place in the member's list. */
function toImportedItem(id: string, { room, item }: Item): ImportedItem {
  const key = { room, item };
  if (item.startsWith('member#')) return { keys: [key, placementKey(parseListed(item), id)] };
  return { keys: [key], ...(item.startsWith('file#') && { file: parseListed(item) }) };
}

/** Returns items that a cancelled import has stored, besides the one that reserves the id. */
export async function listImported(db: Database, id: string): Promise<readonly ImportedItem[]> {
  const { room, item: own } = roomKey(id);
  const { items } = await queryAll(
    db.chat,
    { where: '#room = :room', values: { ':room': room }, consistent: true },
    PAGE,
    ({ item }) => item !== own,
  );
  return items.map((item) => toImportedItem(id, item));
}

export async function removeImported(db: Database, { keys }: ImportedItem): Promise<void> {
  for (const key of keys.toReversed()) await db.chat.remove(key);
}

/** Frees the id of a cancelled import, once no request stores lines any more. Returns whether the id is free. */
export async function freeId(db: Database, room: string, now: number): Promise<boolean> {
  const removed = await db.chat.remove(roomKey(room), {
    condition: 'attribute_exists(importing) AND cancelledAt <= :before',
    values: { ':before': now - UNDER_WAY_MS },
  });
  return removed !== undefined;
}
