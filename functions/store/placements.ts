import type { Placement } from '../domain/preferences.ts';
import { type Database, type Item, queryAll } from './database.ts';
import { parsePlacement, placementKey } from './keys.ts';

// The rooms that a user has pinned or hidden are items in the user's own partition. So one query finds all of them,
// and the list of rooms is sorted without a read of every membership.

function toPlacement({ pinned, hiddenAt }: Item): Placement {
  return { ...(pinned && { pinned }), ...(hiddenAt !== undefined && { hiddenAt }) };
}

/** Returns where a user has put a room. */
export async function getPlacement(db: Database, user: string, room: string): Promise<Placement> {
  return toPlacement((await db.chat.get(placementKey(user, room))) ?? {});
}

/** Returns the rooms that a user has pinned or hidden, by id. Some may be rooms that the user has left. */
export async function listPlacements(db: Database, user: string): Promise<ReadonlyMap<string, Placement>> {
  const first = placementKey(user, '');
  const { items } = await queryAll(db.chat, {
    where: '#room = :room AND #item BETWEEN :first AND :last',
    values: { ':room': first.room, ':first': first.item, ':last': first.item.replace('#', '$') },
    consistent: true,
  });
  return new Map(items.map((item) => [parsePlacement(item['item']), toPlacement(item)]));
}

/** New values of a placement; null removes one, undefined keeps it. */
export interface PlacementChange {
  readonly pinned?: true | null | undefined;
  readonly hiddenAt?: number | null | undefined;
}

/** Pins, unpins, hides or shows a room for a user. Deletes the item if it has no values left. */
export async function changePlacement(
  db: Database,
  user: string,
  room: string,
  change: PlacementChange,
): Promise<void> {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const set = given.filter(([, value]) => value !== null);
  const removed = given.filter(([, value]) => value === null).map(([name]) => `#${name}`);
  if (given.length === 0) return;
  const sets = set.map(([name]) => `#${name} = :${name}`);
  await db.chat.update(placementKey(user, room), {
    update: [sets.length > 0 && `SET ${sets.join()}`, removed.length > 0 && `REMOVE ${removed.join()}`]
      .filter(Boolean)
      .join(' '),
    ...(set.length > 0 && { values: Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])) }),
  });
  if (set.length > 0) return;
  await db.chat.remove(placementKey(user, room), {
    condition: 'attribute_not_exists(pinned) AND attribute_not_exists(hiddenAt)',
  });
}

/** Deletes the item that says whether a user has pinned or hidden a room. */
export async function removePlacement(db: Database, user: string, room: string): Promise<void> {
  await db.chat.remove(placementKey(user, room));
}
