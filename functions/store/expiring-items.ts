import type { LogEntry } from '../domain/message.ts';
import type { Expiry } from '../domain/retention.ts';
import type { Database, Item } from './database.ts';
import { listFile } from './expiring-files.ts';
import { expiryUpdate, isSameExpiry, itemExpiry } from './expiry.ts';
import { fileKey, logKey, messagePartKey } from './keys.ts';
import { logQuery, type SinceRange, toEntry } from './log.ts';
import { partNumbers } from './messages.ts';
import { type FileHold, parseFileElement } from './uploads.ts';

/** An entry of the log, with what expires with it. */
export interface ExpiringItem {
  readonly seq: number;
  readonly entry: LogEntry;
  readonly expiry: Expiry | undefined;
  /** The numbers of the further items of a message. */
  readonly parts: readonly number[];
  readonly files: readonly FileHold[];
}

const filesOf = ({ files, file }: Item): readonly FileHold[] =>
  files ? [...files].map(parseFileElement) : file ? [file] : [];

/** Returns entries as `listLogSince` does, with their expiry. Reads consistently. */
export async function listExpiringItems(
  db: Database,
  room: string,
  { since, upTo, limit }: Pick<SinceRange, 'since' | 'upTo' | 'limit'>,
): Promise<{ readonly items: readonly ExpiringItem[]; readonly hasMore: boolean }> {
  const { items, next } = await db.chat.query(
    logQuery(room, { first: since + 1, last: upTo, forward: true, limit }),
  );
  return {
    items: items.map((item) => ({
      seq: item['seq'],
      entry: toEntry(room, item),
      expiry: itemExpiry(item),
      parts: partNumbers(item),
      files: filesOf(item),
    })),
    hasMore: next !== undefined,
  };
}

/** Gives an entry and the further items of a message an expiry, or none. Creates no item that has been deleted. */
export async function giveExpiry(
  db: Database,
  room: string,
  { seq, parts, expiry: before }: ExpiringItem,
  expiry: Expiry | undefined,
): Promise<void> {
  const keys = parts.map((part) => messagePartKey(room, seq, part));
  // Update the entry before its parts: a change that is stored meanwhile copies the expiry of the entry to a part.
  if (!isSameExpiry(before, expiry)) keys.unshift(logKey(room, seq));
  for (const key of keys) {
    await db.chat.update(key, { ...expiryUpdate(expiry), condition: 'attribute_exists(#item)' });
  }
}

/** How long a file that several messages hold stays at least, in seconds: its later messages then set their expiry. */
const SHARED_SECONDS = 24 * 60 * 60;

/** What a message or an edit says of its file. */
interface FileUse {
  /** The time of the message, in milliseconds since the epoch; undefined for an edit. */
  readonly sentAt?: number | undefined;
  /** Returns the expiry of the file. @param latest the time of the latest of several messages that hold it, if known */
  readonly expiryAt: (latest?: number) => Expiry | undefined;
}

/**
 * Gives the file of a message an expiry, or none. Call it for messages in their order: a file that several messages
 * hold then gets the expiry of the last one. Gives a file of an earlier release the time of its last message, too.
 * @param now milliseconds since the epoch
 */
export async function giveFileExpiry(
  db: Database,
  room: string,
  { id, hold }: FileHold,
  { sentAt = 0, expiryAt }: FileUse,
  now: number,
): Promise<void> {
  const item = await db.chat.get(fileKey(room, id));
  const holds: ReadonlySet<string> | undefined = item?.['holds'];
  if (!item || (hold === undefined ? holds !== undefined : !holds?.has(hold))) return;
  const isShared = (holds?.size ?? 1) > 1;
  const latest: number | undefined = item['sentAt'];
  const expiry = expiryAt(isShared ? latest : undefined);
  // If other messages hold the file too, it stays for a day at least. Each of them then sets a later expiry.
  const least = isShared ? Math.ceil(now / 1000) + SHARED_SECONDS : 0;
  const given = expiry && 'expiresAt' in expiry ? { expiresAt: Math.max(expiry.expiresAt, least) } : expiry;
  if (given && 'expiresAt' in given) await listFile(db, room, id, given.expiresAt);
  const isLater = sentAt > (latest ?? 0);
  const { update, values } = expiryUpdate(given, isLater ? ['sentAt = :sent'] : []);
  await db.chat.update(fileKey(room, id), {
    update,
    condition: hold === undefined ? 'attribute_exists(#item)' : 'contains(holds, :hold)',
    values: {
      ...values,
      ...(isLater && { ':sent': sentAt }),
      ...(hold !== undefined && { ':hold': hold }),
    },
  });
}
