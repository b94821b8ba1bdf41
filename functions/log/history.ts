import { type BlockList, isHiddenFrom, visibleTo } from '../domain/block.ts';
import { currentMessages, type LogEntry, type Message, seqOf } from '../domain/message.ts';
import { isGone, KEEP_ALL, type Kept } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import type { Database } from '../store/database.ts';
import { type LogPage, listLog, type NewestRange, noteVoidRun } from '../store/log.ts';
import { lowestOf, numbered, openAtEnd, settleEnd } from './settle.ts';

/** The number of extra entries to read for each page, since the log also holds edits and deletes. */
const READ_AHEAD = 10;

/**
 * The maximum number of log entries in one read of the history. Reads grow to this size only in a long run of changes.
 */
const MAX_READ = 1_000;

export interface MessagePage {
  /** Newest first. */
  readonly messages: readonly Message[];
  readonly hasMore: boolean;
}

export interface NewestPage extends MessagePage {
  /** All messages of `entries`, newest first, including those beyond the page. */
  readonly all: readonly Message[];
  /** The entries that were read for the page, newest first. */
  readonly entries: readonly LogEntry[];
}

interface VoidRun {
  readonly top: number;
  from: number;
  /** The number of rows that had to be read. */
  rows: number;
}

/** Returns the runs of consecutive void numbers. @param entries newest first */
function voidRuns(entries: readonly LogEntry[]): VoidRun[] {
  const runs: VoidRun[] = [];
  let run: VoidRun | undefined;
  for (const entry of entries) {
    const seq = seqOf(entry);
    if (entry.kind !== 'void') run = undefined;
    else if (run && seq >= run.from - 1) {
      if (seq < run.from) run.rows++;
      run.from = Math.min(run.from, lowestOf(entry));
    } else {
      run = { top: seq, from: lowestOf(entry), rows: 1 };
      runs.push(run);
    }
  }
  return runs;
}

const isShown = (entry: LogEntry, blocked?: BlockList): boolean =>
  entry.kind === 'message' &&
  entry.message.deletedAt === undefined &&
  !isHiddenFrom({ blocked }, entry.message);

/** Which of the newest messages to read. */
export interface NewestMessages extends NewestRange {
  /** The users whose messages are left out, or a promise of them, which may be read at the same time as the log. */
  readonly blocked?: BlockList | undefined | Promise<BlockList | undefined>;
}

/** Returns the messages of some pages of the log, newest first. Handles each entry once. */
export function messagesOf(pages: readonly LogPage[]): Message[] {
  const entries = pages.flatMap((page) => page.entries);
  const pageOf = new Map(pages.flatMap((page) => page.entries.map((entry) => [seqOf(entry), page])));
  return currentMessages(entries, (change) => pageOf.get(change.message)?.isHeld(change) ?? false);
}

/**
 * Reads the newest messages. Jumps over long runs of void entries: the first reader of a run notes its lowest number on
 * its topmost entry, and later readers continue below. A read that finds no message doubles the size of the next one,
 * because a popular message can have thousands of changes after it. Ends at the first entry that is gone, because the
 * entries below it are older.
 * @param keeping the part of the log that readers see; a promise resolves while the log is read
 */
async function readNewest(
  db: Database,
  room: string,
  { before, limit, consistent = true, blocked: listing }: NewestMessages,
  keeping: Kept | Promise<Kept> = KEEP_ALL,
): Promise<NewestPage> {
  const firstSize = limit + READ_AHEAD;
  let size = firstSize;
  const pages: LogPage[] = [];
  const entries: LogEntry[] = [];
  let from = before;
  let messages: Message[] = [];
  let shown = 0;
  let hasMore = true;
  while (hasMore && messages.length <= limit) {
    const [page, kept, blocked] = await Promise.all([
      listLog(db, room, { before: from, limit: size, consistent }),
      keeping,
      listing,
    ]);
    const isVisible = (entry: LogEntry) => isShown(entry, blocked);
    const existing = page.entries.filter((entry) => !isGone(entry, kept));
    pages.push({ ...page, entries: existing });
    entries.push(...page.entries);
    from = Math.min(...page.entries.map(lowestOf));
    hasMore = page.hasMore && existing.length > 0 && existing.length === page.entries.length;
    shown += existing.filter(isVisible).length;
    if (!hasMore || shown > limit) messages = [...visibleTo({ blocked }, messagesOf(pages))];
    size = existing.some(isVisible) ? firstSize : Math.min(2 * size, MAX_READ);
  }
  const long = voidRuns(entries).filter(({ rows }) => rows > firstSize);
  await Promise.all(long.map((run) => noteVoidRun(db, room, run)));
  hasMore = messages.length > limit;
  return { messages: messages.slice(0, limit), hasMore, all: messages, entries };
}

/** Returns the newest messages of a room, newest first, without deleted and hidden ones. */
export async function newestMessages(
  db: Database,
  room: string,
  range: NewestMessages,
  kept?: Kept | Promise<Kept>,
): Promise<MessagePage> {
  const { messages, hasMore } = await readNewest(db, room, range, kept);
  return { messages, hasMore };
}

/**
 * Reads the newest messages of a room, complete up to its `seq`: settles the numbers that the page covers first. A
 * message whose number was taken before the room was read is in the page, or else it takes a number above `seq`, and is
 * posted to the connections that exist by then (decision 012).
 * @param room resolves to the room, which may be read at the same time as the log; undefined leaves the page as it is
 * @param range with `consistent: false`, reads at half the cost, and again consistently if numbers are missing
 * @param keptOf returns the part of the room's log that readers see. Default: all of it
 */
export async function readLatest(
  db: Database,
  id: string,
  room: Promise<Room | undefined>,
  { limit, consistent = true, blocked }: Omit<NewestMessages, 'before'>,
  keptOf: (room: Room) => Kept = () => KEEP_ALL,
): Promise<NewestPage> {
  const keeping = room.then((found) => (found ? keptOf(found) : KEEP_ALL));
  const [first, found, kept] = await Promise.all([
    readNewest(db, id, { limit, consistent, blocked }, keeping),
    room,
    keeping,
  ]);
  const endOf = ({ entries, hasMore }: NewestPage) => ({ read: entries.map(numbered), hasMore });
  const isBehind = !consistent && found !== undefined && openAtEnd(found, endOf(first), kept).length > 0;
  const page = isBehind ? await readNewest(db, id, { limit, blocked }, kept) : first;
  const settled = found && (await settleEnd(db, found, endOf(page), kept));
  return settled ? readNewest(db, id, { limit, blocked }, kept) : page;
}

/** Returns the newest messages of a room, complete up to its `seq`. @param room and `keptOf` as for `readLatest` */
export async function latestMessages(
  db: Database,
  id: string,
  room: Promise<Room | undefined>,
  { limit, blocked }: Pick<NewestMessages, 'limit' | 'blocked'>,
  keptOf?: (room: Room) => Kept,
): Promise<MessagePage> {
  const { messages, hasMore } = await readLatest(db, id, room, { limit, blocked }, keptOf);
  return { messages, hasMore };
}
