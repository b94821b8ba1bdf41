import { randomUUID } from 'node:crypto';
import type { Database, Item } from './database.ts';
import { auditKey } from './keys.ts';

/** The user, room and message that an admin change names. */
export interface AuditTarget {
  readonly user?: string;
  /** The users whom a request named as members. */
  readonly users?: readonly string[];
  readonly room?: string;
  readonly message?: number;
}

/** An entry of the audit trail. It has no texts. */
export interface AuditEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The ARN of the caller. */
  readonly by: string;
  /** Such as `room.create`. */
  readonly action: string;
  readonly target: AuditTarget;
  /** The code of the error, if the change was refused or failed. */
  readonly error?: string;
}

/** How long entries are kept, in days. */
const AUDIT_DAYS = 400;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Returns the day of a time in UTC, as days since the epoch. */
export const auditDay = (ms: number): number => Math.floor(ms / DAY_MS);

/** The key of an entry. */
export type AuditKey = ReturnType<typeof auditKey>;

/** Stores an entry before its change, so that no change lacks one. */
export async function putAudit(db: Database, entry: AuditEntry): Promise<AuditKey> {
  const key = auditKey(auditDay(entry.at), `${entry.at}#${randomUUID()}`);
  const { at, by, action, target } = entry;
  const expiresAt = Math.floor((at + AUDIT_DAYS * DAY_MS) / 1000);
  await db.chat.put({ ...key, at, by, action, target, expiresAt });
  return key;
}

/** Adds the outcome of a change to its entry: the id of a new message, or the code of an error. */
export async function noteOutcome(
  db: Database,
  key: AuditKey,
  outcome: { readonly message: number } | { readonly error: string },
): Promise<void> {
  const [update, value] =
    'message' in outcome
      ? ['SET #target.#message = :value', outcome.message]
      : ['SET #error = :value', outcome.error];
  await db.chat.update(key, { update, values: { ':value': value } });
}

const toEntry = ({ at, by, action, target, error }: Item): AuditEntry => ({
  at,
  by,
  action,
  target,
  ...(error && { error }),
});

/** The place of the last entry of a page. */
export interface AuditPosition {
  readonly day: number;
  /** Undefined for the whole day. */
  readonly before?: string | undefined;
}

/** The maximum number of days that a page reads, because a chat may have few changes. */
const PAGE_DAYS = 50;

/**
 * Returns entries, the newest first, at most `limit`. A page may have fewer or none, although more follow.
 * @param now milliseconds since the epoch
 */
export async function listAudit(
  db: Database,
  { day: first, before }: AuditPosition,
  limit: number,
  now: number,
): Promise<{ readonly entries: readonly AuditEntry[]; readonly next: AuditPosition | undefined }> {
  const oldest = auditDay(now) - AUDIT_DAYS;
  const entries: AuditEntry[] = [];
  let from = before;
  for (let day = first; day >= oldest; day--) {
    if (day <= first - PAGE_DAYS) return { entries, next: { day } };
    const { items, next } = await db.chat.query({
      where: `#room = :room${from === undefined ? '' : ' AND #item < :before'}`,
      values: { ':room': auditKey(day, '').room, ...(from !== undefined && { ':before': from }) },
      forward: false,
      limit: limit - entries.length,
    });
    entries.push(...items.map(toEntry));
    if (next) return { entries, next: { day, before: items.at(-1)?.['item'] } };
    if (entries.length >= limit) return { entries, next: { day: day - 1 } };
    from = undefined;
  }
  return { entries, next: undefined };
}
