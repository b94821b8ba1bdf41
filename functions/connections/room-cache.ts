import { type RoomSample, sampleRoom } from '../delivery/presence.ts';
import { type Reader, visibleTo } from '../domain/block.ts';
import {
  currentMessages,
  isExact,
  isStatusBelow,
  type LogEntry,
  type Message,
  type Status,
} from '../domain/message.ts';
import { isMessageGone, type Kept, keptIn } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import { readLatest } from '../log/history.ts';
import { openNumbers, settleLog } from '../log/settle.ts';
import type { Database } from '../store/database.ts';
import { listLogSince } from '../store/log.ts';

/** How long a page is kept, in milliseconds. */
const PAGE_LIFE_MS = 30_000;
/** How long a room counts as large after a sample, in milliseconds. */
const LARGE_ROOM_MS = 10_000;
/** The maximum number of cached pages. A page with texts of the maximum length takes 2 MB. */
const MAX_PAGES = 20;
/** A cached page that lacks more log entries than this is read again. */
const MAX_BEHIND = 50;
/** The maximum number of messages in a cached page: more than a client gets, so that deletes leave enough of them. */
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
  /** The user who gets the page. */
  readonly reader: Reader;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How many days rooms without a setting of their own keep messages. */
  readonly retentionDays?: number | undefined;
}

/** Returns the entries of the sequence numbers above `since` up to the room's `seq`, newest first. */
async function newerEntries(
  db: Database,
  { id, seq: upTo }: Pick<Room, 'id' | 'seq'>,
  since: number,
  kept: Kept,
): Promise<readonly LogEntry[]> {
  if (since === upTo) return [];
  const range = { since, upTo, limit: MAX_BEHIND };
  const { entries } = await listLogSince(db, id, { ...range, consistent: false });
  const isComplete = openNumbers(entries, range, kept).length === 0;
  return (isComplete ? entries : (await settleLog(db, id, range, kept)).entries).toReversed();
}

/**
 * Caches the newest messages of rooms in one execution environment of `welcome`, and which rooms are large. When many
 * clients reconnect to a room at the same time, each environment reads the room's history once, and then only new
 * entries. Otherwise the reads would exceed the limit of the room's log: one partition has 3,000 read units a second.
 *
 * Each change of a message, except of its status, has a log entry. The cached messages and the newer entries therefore
 * give the current messages.
 */
export class RoomCache {
  readonly #pages = new Map<string, KeptPage>();
  readonly #largeUntil = new Map<string, number>();

  /**
   * Returns the newest messages of a room that the reader sees, complete up to its `seq`. Reads are eventually
   * consistent where that suffices.
   */
  async latestMessages(
    db: Database,
    id: string,
    reading: Promise<Room | undefined>,
    request: PageRequest,
  ): Promise<readonly Message[]> {
    const { limit, reader, now } = request;
    const page = await this.#latest(db, id, reading, request);
    // The cached page is the same for all readers, so a page with hidden messages is read again without them.
    if (visibleTo(reader, page).length === page.length) return page;
    const keptOf = (room: Room) => keptIn(room, { ...request, now: () => now });
    return (await readLatest(db, id, reading, { limit, blocked: reader.blocked }, keptOf)).messages;
  }

  async #latest(
    db: Database,
    id: string,
    reading: Promise<Room | undefined>,
    request: PageRequest,
  ): Promise<readonly Message[]> {
    const kept = this.#pages.get(id);
    const page = kept && (await this.#updated(db, kept, await reading, request));
    if (page) return page;
    const { limit, now: readAt } = request;
    const keptOf = (room: Room) => keptIn(room, { ...request, now: () => readAt });
    const [{ all, messages, hasMore }, room] = await Promise.all([
      readLatest(db, id, reading, { limit, consistent: false }, keptOf),
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

  /** Returns the cached messages with newer entries applied; undefined if the history must be read again. */
  async #updated(
    db: Database,
    { messages: kept, hasMore, seq, readAt }: KeptPage,
    room: Room | undefined,
    { limit, reader, now, retentionDays }: PageRequest,
  ): Promise<readonly Message[] | undefined> {
    if (!room || now >= readAt + PAGE_LIFE_MS || room.seq < seq || room.seq > seq + MAX_BEHIND)
      return undefined;
    const limits = keptIn(room, { now: () => now, retentionDays });
    if (kept.some((message) => isMessageGone(message, limits))) return undefined;
    const newer = await newerEntries(db, room, seq, limits);
    const byId = new Map(kept.map((message) => [message.id, message]));
    if (newer.some((entry) => !isExact(entry, byId))) return undefined;
    const all = currentMessages([
      ...newer,
      ...kept.map((message) => ({ kind: 'message', message }) as const),
    ]);
    if (all.length < limit && hasMore) return undefined;
    const messages = all.slice(0, limit);
    // Authors see the status of their messages, and a kept status may be out of date.
    if (messages.some(({ author, status }) => author.id === reader.id && status !== 'read')) return undefined;
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
