import { type RoomSample, sampleRoom } from '../delivery/presence.ts';
import {
  currentMessages,
  isExact,
  isStatusBelow,
  type LogEntry,
  type Message,
  type Status,
} from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { openNumbers, readLatest, settleLog } from '../log/history.ts';
import type { Database } from '../store/database.ts';
import { listLogSince } from '../store/log.ts';

/** How long a page is kept, in milliseconds. */
const PAGE_LIFE_MS = 30_000;
/** How long a room counts as large after a sample, in milliseconds. */
const LARGE_ROOM_MS = 10_000;
/** A page with texts of the maximum length has 2 MB. */
const MAX_PAGES = 20;
/** A page that is further behind is read again. */
const MAX_BEHIND = 50;
/** More messages than a page has, so that the page stays full after deletes. */
const MAX_KEPT = 60;

/** The newest messages of a log, newest first. */
interface KeptPage {
  readonly messages: readonly Message[];
  /** Whether the log has more messages below them. */
  readonly hasMore: boolean;
  /** The messages are complete up to this sequence number, and none has a higher one. */
  readonly seq: number;
  /** When the page was read, in milliseconds since the epoch. */
  readonly readAt: number;
}

interface PageRequest {
  readonly limit: number;
  /** The id of the user who gets the page. */
  readonly reader: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Returns the entries of the sequence numbers above `since` up to the room's `seq`, newest first. */
async function newerEntries(
  db: Database,
  { id, seq: upTo }: Pick<Room, 'id' | 'seq'>,
  since: number,
): Promise<readonly LogEntry[]> {
  if (since === upTo) return [];
  const range = { since, upTo, limit: MAX_BEHIND };
  const { entries } = await listLogSince(db, id, { ...range, consistent: false });
  const isComplete = openNumbers(entries, range).length === 0;
  return (isComplete ? entries : (await settleLog(db, id, range)).entries).toReversed();
}

/**
 * What an execution environment of `welcome` remembers about rooms. When many clients connect again at the same time,
 * each environment reads the history of their room once, and then only its new entries. A room's log is one partition
 * with 3,000 read units a second.
 *
 * Every change of a message has an entry in the log, so the kept messages and the newer entries give the current
 * messages. Only a status has no entry.
 */
export class RoomCache {
  readonly #pages = new Map<string, KeptPage>();
  readonly #largeUntil = new Map<string, number>();

  /**
   * Returns the newest messages of a room, complete up to its `seq`. Reads are eventually consistent where that
   * suffices.
   */
  async latestMessages(
    db: Database,
    id: string,
    reading: Promise<Room | undefined>,
    request: PageRequest,
  ): Promise<readonly Message[]> {
    const kept = this.#pages.get(id);
    const page = kept && (await this.#updated(db, kept, await reading, request));
    if (page) return page;
    const { limit, now: readAt } = request;
    const [{ all, messages, hasMore }, room] = await Promise.all([
      readLatest(db, id, reading, { limit, consistent: false }),
      reading,
    ]);
    if (room) this.#keep(room, { messages: all, hasMore, readAt });
    return messages;
  }

  /** Notes that messages were acknowledged, so that the next connection does not acknowledge them again. */
  raiseStatus(room: string, messages: readonly Message[], status: Status): void {
    const page = this.#pages.get(room);
    if (!page) return;
    const raised = new Set(messages.map(({ id }) => id));
    const kept = page.messages.map((each) =>
      raised.has(each.id) && isStatusBelow(each, status) ? { ...each, status } : each,
    );
    this.#pages.set(room, { ...page, messages: kept });
  }

  /** Samples a room as `sampleRoom` does, but reads a large room only every ten seconds. */
  async sampleRoom(room: Room, context: Parameters<typeof sampleRoom>[1]): Promise<RoomSample> {
    const now = context.now();
    if ((this.#largeUntil.get(room.id) ?? 0) > now) return { isLarge: true };
    const sample = await sampleRoom(room, context);
    this.#largeUntil.delete(room.id);
    if (sample.isLarge) this.#largeUntil.set(room.id, now + LARGE_ROOM_MS);
    return sample;
  }

  /** Returns the kept messages with the newer entries; undefined if they have to be read again. */
  async #updated(
    db: Database,
    { messages: kept, hasMore, seq, readAt }: KeptPage,
    room: Room | undefined,
    { limit, reader, now }: PageRequest,
  ): Promise<readonly Message[] | undefined> {
    if (!room || now >= readAt + PAGE_LIFE_MS || room.seq < seq || room.seq > seq + MAX_BEHIND)
      return undefined;
    const newer = await newerEntries(db, room, seq);
    const byId = new Map(kept.map((message) => [message.id, message]));
    if (newer.some((entry) => !isExact(entry, byId))) return undefined;
    const all = currentMessages([
      ...newer,
      ...kept.map((message) => ({ kind: 'message', message }) as const),
    ]);
    if (all.length < limit && hasMore) return undefined;
    const messages = all.slice(0, limit);
    // The status of a message is shown to its author.
    if (messages.some(({ author, status }) => author.id === reader && status !== 'read')) return undefined;
    this.#keep(room, { messages: all, hasMore, readAt });
    return messages;
  }

  #keep({ id, seq }: Room, { messages, hasMore, readAt }: Omit<KeptPage, 'seq'>): void {
    const kept = messages.filter((message) => message.id <= seq);
    this.#pages.delete(id);
    this.#pages.set(id, {
      messages: kept.slice(0, MAX_KEPT),
      hasMore: hasMore || kept.length > MAX_KEPT,
      seq,
      readAt,
    });
    const [oldest] = this.#pages.keys();
    if (oldest !== undefined && this.#pages.size > MAX_PAGES) this.#pages.delete(oldest);
  }
}
