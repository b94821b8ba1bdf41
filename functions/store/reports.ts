import type { Message } from '../domain/message.ts';
import {
  type Evidence,
  MAX_REPORTERS,
  type Report,
  type ReportCase,
  type ReportStatus,
  type ReportTarget,
} from '../domain/report.ts';
import { type Database, type Item, queryAll } from './database.ts';
import { isExpired } from './expiry.ts';
import {
  logKey,
  parseReportPlace,
  parseRoomKey,
  reportCaseKey,
  reportKey,
  reportQueue,
  reportQueueKeys,
  reportsBy,
} from './keys.ts';
import { toMessage } from './messages.ts';

// A reported message has one item with its state, one for each report, and one in the queue of its room and in that of
// all rooms. The state decides: readers ignore an entry of a queue that does not agree with it. So if a function stops
// halfway, readers still get the right reports, and a repeat completes the change.

const DAY_MS = 24 * 60 * 60 * 1000;

/** How many days reports are kept after the last report of their message, or after it was resolved. */
const REPORT_DAYS = 180;

const expiryOf = (at: number): number => Math.ceil((at + REPORT_DAYS * DAY_MS) / 1000);

const present = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function toCase(item: Item): ReportCase {
  const { room, message, status, openedAt, lastAt, reporters = new Set() } = item;
  const { evidence, latest, resolvedAt, resolvedBy, outcome } = item;
  return {
    ...{ room: parseRoomKey(room), message, status, openedAt, lastAt, reporters: [...reporters] },
    ...present({ evidence, latest, resolvedAt, resolvedBy, outcome }),
  };
}

const toReport = ({ by, reason, note, at }: Item): Report => ({ by, reason, at, ...present({ note }) });

const evidenceOf = ({ author, text, file, createdAt, revision }: Message): Evidence => ({
  author: { id: author.id, username: author.username, ...(author.guest && { guest: author.guest }) },
  ...{ text, sentAt: createdAt, revision },
  ...(file && { file: file.name }),
});

/** When a case entered the queue of its status, in milliseconds since the epoch. */
const queuedAt = ({ status, openedAt, resolvedAt = 0 }: ReportCase): number =>
  status === 'open' ? openedAt : resolvedAt;

/** Puts a case into the queues of its status, and removes it from those of the other one. */
async function queue(db: Database, found: ReportCase): Promise<void> {
  const { room, message, status, openedAt } = found;
  const at = queuedAt(found);
  const { ofRoom, ofAll } = reportQueueKeys(status, { room, message, at });
  const expiresAt = expiryOf(Math.max(at, found.lastAt));
  await Promise.all([db.chat.put({ ...ofRoom, expiresAt }), db.chat.put({ ...ofAll, expiresAt })]);
  if (status === 'open') return;
  const before = reportQueueKeys('open', { room, message, at: openedAt });
  await Promise.all([db.chat.remove(before.ofRoom), db.chat.remove(before.ofAll)]);
}

async function getCase(db: Database, { room, message }: ReportTarget): Promise<ReportCase | undefined> {
  const item = await db.chat.get(reportCaseKey(room, message));
  return item && toCase(item);
}

/** Returns a user's report of a message. */
export async function getReport(
  db: Database,
  { room, message }: ReportTarget,
  user: string,
): Promise<Report | undefined> {
  const item = await db.chat.get(reportKey(room, user, message));
  return item && toReport(item);
}

/** How often a change is tried while other requests change the same case. */
const MAX_TRIES = 5;

/** Adds a report to the case of its message: opens the case, or opens it again. */
async function openCase(db: Database, message: Message, { by, at }: Report): Promise<ReportCase> {
  const target = { room: message.room, message: message.id };
  const now = evidenceOf(message);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const before = await getCase(db, target);
    const isChanged = before?.evidence !== undefined && before.evidence.revision !== now.revision;
    const isFull = (before?.reporters.length ?? 0) >= MAX_REPORTERS;
    const isOpen = before?.status === 'open';
    const sets = [
      ...['message = :message', '#status = :open', 'lastAt = :at', 'expiresAt = :expiry'],
      ...(isOpen ? [] : ['openedAt = :at']),
      ...(before?.evidence ? [] : ['evidence = :now']),
      ...(isChanged ? ['latest = :now'] : []),
    ];
    const item = await db.chat.update(reportCaseKey(target.room, target.message), {
      update: `SET ${sets.join(', ')} REMOVE resolvedAt, resolvedBy, outcome${isFull ? '' : ' ADD reporters :by'}`,
      condition: before ? '#status = :status AND lastAt = :lastAt' : 'attribute_not_exists(#item)',
      values: {
        ...{ ':message': target.message, ':open': 'open', ':at': at, ':expiry': expiryOf(at) },
        ...((isChanged || !before?.evidence) && { ':now': now }),
        ...(!isFull && { ':by': new Set([by]) }),
        ...(before && { ':status': before.status, ':lastAt': before.lastAt }),
      },
      returns: 'ALL_NEW',
    });
    if (item) return toCase(item);
  }
  throw new Error('Report not stored: too many reports at the same time. Try again.');
}

/**
 * Stores a user's report of a message, once. A later report of the same user changes nothing, and completes the first.
 * @returns the stored report, and whether it is new
 */
export async function addReport(
  db: Database,
  message: Message,
  report: Report,
): Promise<{ readonly report: Report; readonly isNew: boolean }> {
  const target = { room: message.room, message: message.id };
  const key = reportKey(target.room, report.by, target.message);
  const item = { ...key, ...report, message: message.id, expiresAt: expiryOf(report.at) };
  const isNew = await db.chat.put(item, { condition: 'attribute_not_exists(#item)' });
  const stored = isNew ? report : ((await getReport(db, target, report.by)) ?? report);
  const before = isNew ? undefined : await getCase(db, target);
  const isListed = before?.reporters.includes(report.by) || before?.reporters.length === MAX_REPORTERS;
  await queue(db, before && isListed ? before : await openCase(db, message, stored));
  return { report: stored, isNew };
}

/**
 * Resolves the reports of a message. Reports that are resolved already stay as they are.
 * @returns the case; undefined if nobody has reported the message
 */
export async function resolveCase(
  db: Database,
  target: ReportTarget,
  { by, at, outcome }: { readonly by: string; readonly at: number; readonly outcome?: string | undefined },
): Promise<ReportCase | undefined> {
  const item = await db.chat.update(reportCaseKey(target.room, target.message), {
    update: `SET #status = :resolved, resolvedAt = :at, resolvedBy = :by, expiresAt = :expiry${outcome === undefined ? '' : ', outcome = :outcome'}`,
    condition: '#status = :open',
    values: {
      ...{ ':open': 'open', ':resolved': 'resolved', ':at': at, ':by': by, ':expiry': expiryOf(at) },
      ...(outcome !== undefined && { ':outcome': outcome }),
    },
    returns: 'ALL_NEW',
  });
  const found = item ? toCase(item) : await getCase(db, target);
  if (found?.status === 'resolved') await queue(db, found);
  return found;
}

/** A reported message with its first reports. */
export interface ReportedMessage extends ReportCase {
  readonly reports: readonly Report[];
  /** The message as it is now; undefined if it does not exist any more. */
  readonly current: Message | undefined;
}

/** The maximum number of reports that a list shows for each message. */
const MAX_SHOWN_REPORTS = 20;

/** Adds reports and messages to cases. @param now milliseconds since the epoch */
export async function withReports(
  db: Database,
  cases: readonly ReportCase[],
  now: number,
): Promise<readonly ReportedMessage[]> {
  const [reports, messages] = await Promise.all([
    db.chat.batchGet(
      cases.flatMap(({ room, message, reporters }) =>
        reporters.slice(0, MAX_SHOWN_REPORTS).map((by) => reportKey(room, by, message)),
      ),
      { consistent: true },
    ),
    db.chat.batchGet(
      cases.map(({ room, message }) => logKey(room, message)),
      { consistent: true },
    ),
  ]);
  const existing = messages.filter((item) => item['kind'] === 'message' && !isExpired(item, now));
  return cases.map((found) => {
    const isOf = (item: Item, message: unknown) =>
      parseRoomKey(item['room']) === found.room && message === found.message;
    const current = existing.find((item) => isOf(item, item['seq']));
    return {
      ...found,
      reports: reports
        .filter((item) => isOf(item, item['message']))
        .map(toReport)
        .toSorted((one, other) => one.at - other.at),
      current: current && toMessage(found.room, current),
    };
  });
}

/** Returns the cases at some places of a queue that still have its status. */
async function loadCases(
  db: Database,
  places: readonly string[],
  status: ReportStatus,
): Promise<readonly ReportCase[]> {
  const queued = places.map(parseReportPlace);
  const keyOf = ({ room, message }: ReportTarget) => `${message} ${room}`;
  const targets = [...new Map(queued.map((each) => [keyOf(each), each])).values()];
  const items = await db.chat.batchGet(
    targets.map(({ room, message }) => reportCaseKey(room, message)),
    { consistent: true },
  );
  const cases = new Map(items.map(toCase).map((found) => [keyOf(found), found]));
  return queued.flatMap((each) => {
    const found = cases.get(keyOf(each));
    return found?.status === status && queuedAt(found) === each.at ? [found] : [];
  });
}

/** Which reports to list. */
export interface ReportsRange {
  readonly status: ReportStatus;
  /** Undefined for all rooms. */
  readonly room?: string | undefined;
  /** The `next` of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/**
 * Returns reported messages, those that were opened or resolved last first, at most `limit`. A page may have fewer, also
 * none, although more follow.
 * @param now milliseconds since the epoch
 */
export async function listReports(
  db: Database,
  { status, room, before, limit }: ReportsRange,
  now: number,
): Promise<{ readonly reported: readonly ReportedMessage[]; readonly next: string | undefined }> {
  const { partitions, prefix } = reportQueue(status, room);
  // Places begin with digits, and `:` comes right after `9`.
  const last = `${prefix}${before ?? ':'}`;
  const pages = await Promise.all(
    partitions.map((partition) =>
      db.chat.query({
        where: '#room = :room AND #item BETWEEN :first AND :last',
        values: { ':room': partition, ':first': `${prefix}0`, ':last': last },
        forward: false,
        consistent: true,
        // The range includes `before`.
        limit: limit + 2,
      }),
    ),
  );
  const places = pages
    .flatMap(({ items }) => items.map(({ item }) => String(item).slice(prefix.length)))
    .filter((place) => place !== before)
    .toSorted((one, other) => (one < other ? 1 : -1));
  const page = places.slice(0, limit);
  const next = places.length > limit ? page.at(-1) : undefined;
  return { reported: await withReports(db, await loadCases(db, page, status), now), next };
}

/** Removes a user from those who reported a message. Removes an open case that nobody else has reported. */
async function removeReporter(db: Database, { room, message }: ReportTarget, user: string): Promise<void> {
  const key = reportCaseKey(room, message);
  const item = await db.chat.update(key, {
    update: 'DELETE reporters :user',
    condition: 'attribute_exists(#item)',
    values: { ':user': new Set([user]) },
    returns: 'ALL_NEW',
  });
  if (item?.['reporters'] !== undefined || item?.['status'] !== 'open') return;
  // Another user may report the message meanwhile.
  const removed = await db.chat.remove(key, {
    condition: 'attribute_not_exists(reporters) AND #status = :open',
    values: { ':open': 'open' },
  });
  if (!removed) return;
  const { ofRoom, ofAll } = reportQueueKeys('open', { room, message, at: item['openedAt'] });
  await Promise.all([db.chat.remove(ofRoom), db.chat.remove(ofAll)]);
}

/**
 * Erases a user from the reports of a room: the reports that the user made, and what their reported messages said.
 * Repeating it is safe.
 */
export async function eraseFromReports(db: Database, room: string, user: string): Promise<void> {
  const own = reportsBy(user);
  const range = (first: string) => ({
    where: '#room = :room AND #item BETWEEN :first AND :last',
    values: { ':room': reportCaseKey(room, 0).room, ':first': first, ':last': `${first}:` },
    consistent: true,
  });
  const [{ items: reports }, { items: cases }] = await Promise.all([
    queryAll(db.chat, range(own)),
    queryAll(db.chat, range('report#')),
  ]);
  for (const { message, item } of reports) {
    await removeReporter(db, { room, message }, user);
    await db.chat.remove({ room: reportCaseKey(room, 0).room, item });
  }
  for (const found of cases.map(toCase)) {
    if (found.evidence?.author.id !== user || found.evidence.author.guest) continue;
    await db.chat.update(reportCaseKey(room, found.message), { update: 'REMOVE evidence, latest' });
  }
}
