import { type ExpiringItem, giveExpiry, giveFileExpiry } from '../store/expiring-items.ts';
import { getPurge, notePurged, type Purge } from '../store/room-deletion.ts';
import type { LogContext } from './context.ts';
import { readSettledItems } from './settle.ts';

/** How long one call purges, in milliseconds. */
const BUDGET_MS = 10_000;

/** How many items get their expiry at the same time. */
const AT_ONCE = 20;

/** Gives an item and its files their expiry, unless the item expires earlier already. */
async function expire(
  item: ExpiringItem,
  { room, expiresAt }: Purge,
  { db, now }: LogContext,
): Promise<void> {
  const { expiry: before } = item;
  const isEarlier = before && 'expiresAt' in before && before.expiresAt <= expiresAt;
  const expiry = isEarlier ? before : { expiresAt };
  await giveExpiry(db, room.id, item, expiry);
  for (const file of item.files) await giveFileExpiry(db, room.id, file, { expiryAt: () => expiry }, now());
}

/**
 * Gives the entries and files of a deleted room an expiry. Each call handles a part, and the next one continues.
 * @returns whether all of them have an expiry
 */
export async function purge(id: string, context: LogContext): Promise<boolean> {
  const { db, now } = context;
  const start = now();
  let rest = await getPurge(db, id);
  while (rest && now() - start < BUDGET_MS) {
    const current = rest;
    const { items, last } = await readSettledItems(db, id, { since: current.from, upTo: current.to });
    for (let first = 0; first < items.length; first += AT_ONCE) {
      await Promise.all(items.slice(first, first + AT_ONCE).map((item) => expire(item, current, context)));
    }
    await notePurged(db, current, last);
    rest = await getPurge(db, id);
  }
  return rest === undefined;
}
