import type { MessageFile } from '../domain/file.ts';
import type { Database } from './database.ts';
import { isExpired } from './expiry.ts';
import { fileBudgetKey, fileKey } from './keys.ts';

/** A file of a room. It is `pending` until a message refers to it. */
export interface Upload {
  readonly room: string;
  readonly file: MessageFile;
  /** The id of the user who uploaded it. Only they may attach it to a message. */
  readonly owner: string;
  readonly state: 'pending' | 'ready';
  /**
   * The time of the latest message that refers to it, in milliseconds since the epoch. Absent for files of earlier
   * releases, until a new retention is applied to them.
   */
  readonly sentAt?: number | undefined;
}

/** A file, and the hold on it that a message has. Messages of earlier releases have none. */
export type FileHold = Pick<MessageFile, 'id' | 'hold'>;

/** Returns a hold as an element of a message's set of files. */
export const fileElement = ({ id, hold }: FileHold): string => (hold === undefined ? id : `${id}#${hold}`);

/** Returns the hold of an element. */
export function parseFileElement(element: string): FileHold {
  const [id = '', hold] = element.split('#');
  return { id, ...(hold !== undefined && { hold }) };
}

/** The maximum number of messages that can hold one file, because the file's item lists them. */
const MAX_HOLDS = 100;

/** Stores the metadata of a file, until `expiresAt` (milliseconds since the epoch) unless a message holds it before. */
export async function putUpload(db: Database, upload: Upload, expiresAt?: number): Promise<void> {
  const { room, file, owner, state, sentAt } = upload;
  const { id, hold, ...metadata } = file;
  const expiry = expiresAt === undefined ? {} : { expiresAt: Math.floor(expiresAt / 1000) };
  const holds = hold === undefined ? {} : { holds: new Set([hold]) };
  const sent = sentAt === undefined ? {} : { sentAt };
  await db.chat.put({ ...metadata, owner, state, ...sent, ...expiry, ...holds, ...fileKey(room, id) });
}

/**
 * Returns a file of a room; undefined when there is none, or when it has expired.
 * @param options.held also returns a file that only a legal hold keeps
 */
export async function getUpload(
  db: Database,
  room: string,
  id: string,
  now: number,
  { held } = { held: false },
): Promise<Upload | undefined> {
  const item = await db.chat.get(fileKey(room, id));
  if (!item) return undefined;
  const { name, contentType, size, owner, state, sentAt, expiresAt } = item;
  // DynamoDB deletes expired items within days, so readers check the expiry.
  if (isExpired(held ? { expiresAt } : item, now)) return undefined;
  return { room, file: { id, name, contentType, size }, owner, state, sentAt };
}

/**
 * Makes a file readable for as long as a message holds it.
 * @param sentAt as in `Upload`
 * @returns false when the file is gone, or when 100 messages hold it
 */
export async function holdUpload(
  db: Database,
  room: string,
  { id, hold }: Required<FileHold>,
  { sentAt, now }: { readonly sentAt: number; readonly now: number },
): Promise<boolean> {
  const held = await db.chat.update(fileKey(room, id), {
    update: 'SET #state = :ready, sentAt = :sent REMOVE expiresAt, heldUntil ADD holds :hold',
    condition:
      'attribute_exists(#item) AND (attribute_not_exists(expiresAt) OR expiresAt > :now) AND ' +
      '(attribute_not_exists(holds) OR size(holds) < :most)',
    values: {
      ':ready': 'ready',
      ':sent': sentAt,
      ':hold': new Set([hold]),
      ':now': Math.floor(now / 1000),
      ':most': MAX_HOLDS,
    },
  });
  return held !== undefined;
}

/** Makes a file unreadable from `now` on, unless another message holds it. Returns whether it did. */
async function expireUpload(db: Database, room: string, { id, hold }: FileHold, now: number) {
  const last = hold === undefined ? '' : ' OR holds = :hold';
  const expired = await db.chat.update(fileKey(room, id), {
    update: 'SET expiresAt = :now REMOVE holds',
    condition: `attribute_exists(#item) AND (attribute_not_exists(holds)${last})`,
    values: {
      ':now': Math.floor(now / 1000),
      ...(hold !== undefined && { ':hold': new Set([hold]) }),
    },
  });
  return expired !== undefined;
}

/**
 * Ends a message's hold on a file. Repeating it is safe.
 * @param now milliseconds since the epoch; the file is unreadable from then on if no other message holds it
 * @returns whether no message holds the file any more, so that its bytes can be deleted
 */
export async function releaseUpload(
  db: Database,
  room: string,
  file: FileHold,
  now: number,
): Promise<boolean> {
  if (await expireUpload(db, room, file, now)) return true;
  const { id, hold } = file;
  const others =
    hold === undefined
      ? await db.chat.get(fileKey(room, id))
      : await db.chat.update(fileKey(room, id), {
          update: 'DELETE holds :hold',
          condition: 'attribute_exists(#item)',
          values: { ':hold': new Set([hold]) },
          returns: 'ALL_NEW',
        });
  if (others?.['holds'] !== undefined) return false;
  // Two messages released the file at the same moment, or its item is gone.
  return others === undefined || expireUpload(db, room, file, now);
}

/** The owner of a byte budget: one user, or all guests of a room together. */
export type BudgetOwner = { readonly user: string } | { readonly guestsOf: string };

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Counts bytes towards what their owner may store on one day, in UTC.
 * @param budget the limit in bytes
 * @param now milliseconds since the epoch
 * @returns 0, or the milliseconds until the next day when the bytes exceed the budget
 */
export async function countBytes(
  db: Database,
  owner: BudgetOwner,
  { bytes, budget }: { readonly bytes: number; readonly budget: number },
  now: number,
): Promise<number> {
  const day = Math.floor(now / DAY_MS);
  const nextDay = (day + 1) * DAY_MS;
  if (bytes > budget) return nextDay - now;
  const counted = await db.chat.update(fileBudgetKey(owner, day), {
    update: 'SET expiresAt = :expires ADD #bytes :bytes',
    condition: 'attribute_not_exists(#bytes) OR #bytes <= :left',
    values: { ':expires': (nextDay + DAY_MS) / 1000, ':bytes': bytes, ':left': budget - bytes },
  });
  return counted ? 0 : nextDay - now;
}
