import type { Expiry } from '../domain/retention.ts';
import type { Database } from './database.ts';
import { expiringKey, expiringUpTo, fileKey } from './keys.ts';
import type { FileHold } from './uploads.ts';

// DynamoDB deletes the item of an expired file, but not the bytes in S3. So each file that will expire is also in a list
// of all rooms' files, in the order of their expiry (decision 021).

/**
 * Lets a file expire with the message that holds it, unless it expires later already. Call it before the message is
 * stored: a legal hold then finds the expiry of each file that the log names.
 */
export async function expireFile(
  db: Database,
  room: string,
  { id, hold }: FileHold,
  expiry: Expiry,
): Promise<void> {
  const [[name, seconds]] = Object.entries(expiry) as [['expiresAt' | 'heldUntil', number]];
  const expire = db.chat.update(fileKey(room, id), {
    update: `SET ${name} = :at`,
    condition: `${hold === undefined ? 'attribute_exists(#item)' : 'contains(holds, :hold)'} AND (attribute_not_exists(${name}) OR ${name} < :at)`,
    values: { ':at': seconds, ...(hold !== undefined && { ':hold': hold }) },
  });
  const list = name === 'expiresAt' && listFile(db, room, id, seconds);
  await Promise.all([expire, list]);
}

/** Adds a file to the list of files that will expire. @param at seconds since the epoch */
export async function listFile(db: Database, room: string, id: string, at: number): Promise<void> {
  await db.chat.put({ ...expiringKey(at, room, id), of: room, file: id });
}

/** A file whose time in the list has come. */
export interface DueFile {
  readonly room: string;
  readonly id: string;
  /** The key of the entry in the list. */
  readonly item: string;
}

/** Returns files whose time in the list has come, the earliest first. @param now milliseconds since the epoch */
export async function listDueFiles(db: Database, now: number, limit: number): Promise<DueFile[]> {
  const { room, item: last } = expiringUpTo(Math.floor(now / 1000));
  const { items } = await db.chat.query({
    where: '#room = :room AND #item < :last',
    values: { ':room': room, ':last': last },
    limit,
  });
  return items.map(({ item, of, file }) => ({ item, room: of, id: file }));
}

/**
 * Whether the bytes of a file can be deleted: it has expired, or DynamoDB has deleted its item. A file that a legal hold
 * or a later message keeps is in the list again when it expires.
 */
export async function isFileExpired(
  db: Database,
  { room, id }: Pick<DueFile, 'room' | 'id'>,
  now: number,
): Promise<boolean> {
  const item = await db.chat.get(fileKey(room, id));
  return item === undefined || item['expiresAt'] * 1000 <= now;
}

/** Removes the item of an expired file, and its entry in the list. Call it once the bytes are deleted. */
export async function removeDueFile(db: Database, { room, id, item }: DueFile, now: number): Promise<void> {
  await db.chat.remove(fileKey(room, id), {
    condition: 'expiresAt <= :now',
    values: { ':now': Math.floor(now / 1000) },
  });
  await removeFromList(db, { item });
}

/** Removes the entry of a file that has not expired. */
export async function removeFromList(db: Database, { item }: Pick<DueFile, 'item'>): Promise<void> {
  await db.chat.remove({ room: expiringUpTo(0).room, item });
}
