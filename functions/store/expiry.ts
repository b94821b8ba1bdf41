import type { Expiry, SeqMark } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import type { Database, Item } from './database.ts';
import { roomKey } from './keys.ts';

/**
 * Whether an item of a message or file has expired. DynamoDB deletes expired items within days, and those of a legal
 * hold not at all. @param now milliseconds since the epoch
 */
export const isExpired = ({ expiresAt, heldUntil = expiresAt }: Item, now: number): boolean =>
  heldUntil !== undefined && heldUntil * 1000 <= now;

/** Returns the expiry that an item has. */
export function itemExpiry({ expiresAt, heldUntil }: Item): Expiry | undefined {
  if (heldUntil !== undefined) return { heldUntil };
  return expiresAt === undefined ? undefined : { expiresAt };
}

/** Whether two expiries are the same. */
export const isSameExpiry = (one: Expiry | undefined, other: Expiry | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Returns the update that gives an item an expiry, or none. @param more further assignments */
export function expiryUpdate(
  expiry: Expiry | undefined,
  more: readonly string[] = [],
): {
  readonly update: string;
  readonly values?: Readonly<Record<string, number>>;
} {
  const [[name, at] = []] = Object.entries(expiry ?? {});
  const set = [...(name ? [`${name} = :expiry`] : []), ...more];
  const remove = ['expiresAt', 'heldUntil'].filter((each) => each !== name);
  return {
    update: `${set.length > 0 ? `SET ${set.join()} ` : ''}REMOVE ${remove.join()}`,
    ...(at !== undefined && { values: { ':expiry': at } }),
  };
}

/** Replaces the marks of a room, unless another function did since the room was read. */
export async function putMarks(
  db: Database,
  room: Pick<Room, 'id' | 'marks'>,
  marks: readonly SeqMark[],
): Promise<void> {
  const latest = room.marks?.at(-1)?.at;
  await db.chat.update(roomKey(room.id), {
    update: 'SET marks = :marks, markedAt = :at',
    condition: latest === undefined ? 'attribute_not_exists(markedAt)' : 'markedAt = :latest',
    values: {
      ':marks': marks,
      ':at': marks.at(-1)?.at ?? 0,
      ...(latest !== undefined && { ':latest': latest }),
    },
  });
}
