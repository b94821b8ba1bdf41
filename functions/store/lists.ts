import { type Database, queryAll } from './database.ts';
import { LIST_PARTS, listedKey, listKey, parseListed } from './keys.ts';

// The chat table has no index of all rooms or users, so each of them has an item in one of a few partitions.

/** The position in a list after an id. */
export interface ListPosition {
  readonly part: number;
  /** Undefined for the start of the part. */
  readonly after?: string | undefined;
}

/** Adds a user to the list of all users. */
export async function listUser(db: Database, user: string): Promise<void> {
  await db.chat.put(listedKey('user', user));
}

/** Returns a page of the ids of all rooms or users, at most `limit`, and the position of the next page if any. */
export async function readList(
  db: Database,
  kind: 'room' | 'user',
  { part: first, after }: ListPosition,
  limit: number,
): Promise<{ readonly ids: readonly string[]; readonly next: ListPosition | undefined }> {
  const ids: string[] = [];
  let from = after;
  for (let part = first; part < LIST_PARTS; part++) {
    const rest = limit - ids.length;
    const start = from === undefined ? `${kind}#` : `${listedKey(kind, from).item}\u0000`;
    const { items, next } = await queryAll(
      db.chat,
      {
        where: '#room = :part AND #item >= :start',
        values: { ':part': listKey(kind, part), ':start': start },
      },
      rest,
    );
    ids.push(...items.map(({ item }) => parseListed(item)));
    if (ids.length >= limit) {
      if (next) return { ids, next: { part, after: ids.at(-1) } };
      return { ids, next: part + 1 < LIST_PARTS ? { part: part + 1 } : undefined };
    }
    from = undefined;
  }
  return { ids, next: undefined };
}
