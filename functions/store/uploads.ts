import type { MessageFile } from '../domain/file.ts';
import type { Database } from './database.ts';
import { fileKey } from './keys.ts';

/** A file of a room. It is `pending` until a message refers to it. */
export interface Upload {
  readonly room: string;
  readonly file: MessageFile;
  /** The id of the user who uploaded it. Only they may attach it to a message. */
  readonly owner: string;
  readonly state: 'pending' | 'ready';
}

/** Stores the metadata of a file, until `expiresAt` (milliseconds since the epoch) unless it is made ready before. */
export async function putUpload(db: Database, upload: Upload, expiresAt?: number): Promise<void> {
  const { room, file, owner, state } = upload;
  const { id, ...metadata } = file;
  const expiry = expiresAt === undefined ? {} : { expiresAt: Math.floor(expiresAt / 1000) };
  await db.chat.put({ ...metadata, owner, state, ...expiry, ...fileKey(room, id) });
}

/** Returns a file of a room; undefined when there is none, or when it has expired. */
export async function getUpload(
  db: Database,
  room: string,
  id: string,
  now: number,
): Promise<Upload | undefined> {
  const item = await db.chat.get(fileKey(room, id));
  if (!item) return undefined;
  const { name, contentType, size, owner, state, expiresAt } = item;
  // DynamoDB deletes expired items within days, so readers check the expiry.
  if (expiresAt !== undefined && expiresAt * 1000 <= now) return undefined;
  return { room, file: { id, name, contentType, size }, owner, state };
}

/** Makes a file readable for as long as its message exists. Returns false when the file is gone. */
export async function readyUpload(db: Database, room: string, id: string): Promise<boolean> {
  const ready = await db.chat.update(fileKey(room, id), {
    update: 'SET #state = :ready REMOVE expiresAt',
    condition: 'attribute_exists(#item)',
    values: { ':ready': 'ready' },
  });
  return ready !== undefined;
}

/** Makes a file unreadable from `now` (milliseconds since the epoch) on, because its message was deleted. */
export async function expireUpload(db: Database, room: string, id: string, now: number): Promise<void> {
  await db.chat.update(fileKey(room, id), {
    update: 'SET expiresAt = :now',
    condition: 'attribute_exists(#item)',
    values: { ':now': Math.floor(now / 1000) },
  });
}
