import { isHiddenFrom, type Reader } from '../domain/block.ts';
import { entryEvent, type Synced } from '../domain/event.ts';
import type { LogEntry, Message, Void } from '../domain/message.ts';
import { isGone, isMessageGone, type Kept, keptIn } from '../domain/retention.ts';
import type { Room } from '../domain/room.ts';
import { isRoomChange, type RoomChange } from '../domain/room-change.ts';
import { listMembers, listMembersWith } from '../store/members.ts';
import { listStates, withReaders } from '../store/messages.ts';
import { applyChange } from './apply-change.ts';
import { completeRoomChanges } from './change-room.ts';
import type { LogContext } from './context.ts';
import { newestMessages } from './history.ts';
import { SETTLED_PAGE, settleLog, settleRange } from './settle.ts';

/** A client that missed more events than this loads the history instead. */
const MAX_MISSED = 1_000;

/** A sync reports the statuses of at most this many older messages, and the read marks of at most this many members. */
const MAX_RECEIPTS = 50;

/** An entry of a message. */
type MessageEntry = Exclude<LogEntry, Void | RoomChange>;

const messageIdOf = (entry: MessageEntry): number =>
  entry.kind === 'message' ? entry.message.id : entry.message;

/**
 * Returns the current messages of log entries, by id, as the reader sees them. A function may have stopped after it
 * logged a change and before it applied it. Applies such changes here: otherwise a later page would show a message
 * without its change.
 */
async function loadMessages(
  room: string,
  entries: readonly MessageEntry[],
  reader: Reader,
  context: LogContext,
): Promise<ReadonlyMap<number, Message>> {
  const ids = [...new Set(entries.map(messageIdOf))];
  const changes = entries.filter((entry) => entry.kind !== 'message');
  const states = await listStates(context.db, room, ids, changes);
  const messages = new Map([...states].map(([id, state]) => [id, state.message]));
  for (const change of changes) {
    if (states.get(change.message)?.settles(change) ?? true) continue;
    const applied = await applyChange(room, change, context);
    if (applied) messages.set(change.message, applied.message);
  }
  const read = await withReaders(context.db, [...messages.values()], [reader.id]);
  return new Map(read.map((message) => [message.id, message]));
}

/**
 * Returns the events of those log entries that the reader sees, with their current messages. Leaves out changes of
 * expired messages.
 * @param entries oldest first
 */
export async function eventsOf(
  room: string,
  entries: readonly LogEntry[],
  reader: Reader,
  kept: Kept,
  context: LogContext,
): Promise<Synced['changes']> {
  const used = entries.filter((entry) => entry.kind !== 'void');
  const ofMessages = used.filter((entry): entry is MessageEntry => !isRoomChange(entry));
  const [messages] = await Promise.all([
    loadMessages(room, ofMessages, reader, context),
    completeRoomChanges(room, used.filter(isRoomChange), context),
  ]);
  return used.flatMap((entry): Synced['changes'] | Synced['changes'][number] => {
    if (isRoomChange(entry)) return { kind: 'RoomChanged', room, change: entry };
    const message = messages.get(messageIdOf(entry));
    const isShown = message && !isMessageGone(message, kept) && !isHiddenFrom(reader, message);
    return isShown ? entryEvent(room, entry, message) : [];
  });
}

/** Returns the messages that changes added, newest first, without deleted ones. */
export const messagesIn = (changes: Synced['changes']): Message[] =>
  changes
    .flatMap((event) =>
      event.kind === 'MessageSent' && event.message.deletedAt === undefined ? event.message : [],
    )
    .reverse();

/**
 * Statuses and read marks have no sequence numbers, so a sync always repeats the recent ones. An eventually consistent
 * read costs half.
 */
async function loadReceipts(
  room: string,
  since: number,
  { id, guest, blocked }: Reader,
  kept: Kept,
  { db }: LogContext,
): Promise<Pick<Synced, 'receipts' | 'seen'>> {
  const range = { before: since + 1, limit: MAX_RECEIPTS, consistent: false, blocked };
  const [older, { members }] = await Promise.all([
    newestMessages(db, room, range, kept),
    guest
      ? listMembers(db, room, MAX_RECEIPTS, { consistent: false })
      : listMembersWith(db, room, id, MAX_RECEIPTS, { consistent: false }),
  ]);
  return {
    receipts: older.messages
      .filter(({ status }) => status !== 'sent')
      .map(({ id, status }) => ({ message: id, status })),
    seen: members.filter(({ readTo }) => readTo > 0).map(({ user, readTo }) => ({ user, message: readTo })),
  };
}

/**
 * Returns a page of the events of a room after a sequence number. A client that may still show expired messages gets
 * `complete: false` and no events, and loads the history instead.
 * @param room read before this call: the events up to its `seq` are reported
 * @param reader the user who gets the page. It always has their own read mark, and no messages that are hidden from them
 */
export async function catchUp(
  room: Room,
  since: number,
  reader: Reader,
  context: LogContext,
): Promise<Synced> {
  const head = { kind: 'Synced', room: room.id, since } as const;
  const none = { changes: [], hasMore: false, receipts: [], seen: [] };
  const kept = keptIn(room, context);
  const reload = async (): Promise<Synced> => {
    // The history that the client loads next is then complete up to `room.seq`.
    const from = Math.max(0, room.seq - MAX_MISSED);
    await settleRange(context.db, room.id, { since: from, upTo: room.seq }, kept);
    return { ...head, ...none, seq: room.seq, complete: false };
  };
  // The room never used a number above its `seq`, so the client's number belongs to another log.
  if (since > room.seq || room.seq - since > MAX_MISSED || since < kept.floor) return reload();
  const page = await settleLog(context.db, room.id, { since, upTo: room.seq, limit: SETTLED_PAGE }, kept);
  // Entries below an expired one have expired too, and the client may show them.
  if (page.entries.some((entry) => isGone(entry, kept))) return reload();
  const hasMore = page.upTo < room.seq;
  const [changes, receipts] = await Promise.all([
    eventsOf(room.id, page.entries, reader, kept, context),
    hasMore ? none : loadReceipts(room.id, since, reader, kept, context),
  ]);
  return { ...head, ...receipts, changes, seq: page.upTo, hasMore, complete: true };
}
