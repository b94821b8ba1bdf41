import { entryEvent, type Synced } from '../domain/event.ts';
import type { Actor } from '../domain/member.ts';
import type { LogEntry, Message, Void } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { listMembers, listMembersWith } from '../store/members.ts';
import { listStates, withReaders } from '../store/messages.ts';
import { applyChange } from './apply-change.ts';
import type { LogContext } from './context.ts';
import { newestMessages, SETTLED_PAGE, settleLog, settleRange } from './history.ts';

/** A client that missed more events than this loads the history instead. */
const MAX_MISSED = 1_000;

/** A sync reports the statuses of at most this many older messages, and the read marks of at most this many members. */
const MAX_RECEIPTS = 50;

type UsedEntry = Exclude<LogEntry, Void>;

const messageIdOf = (entry: UsedEntry): number =>
  entry.kind === 'message' ? entry.message.id : entry.message;

/**
 * Returns the current messages of log entries, by id, as the reader sees them. A function may have stopped after it
 * logged a change and before it applied it. Applies such changes here: otherwise a later page would show a message
 * without its change.
 */
async function loadMessages(
  room: string,
  entries: readonly UsedEntry[],
  reader: Actor,
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

/** Returns the events of log entries, with their current messages. @param entries oldest first */
export async function eventsOf(
  room: string,
  entries: readonly LogEntry[],
  reader: Actor,
  context: LogContext,
): Promise<Synced['changes']> {
  const used = entries.filter((entry) => entry.kind !== 'void');
  const messages = await loadMessages(room, used, reader, context);
  return used.flatMap((entry) => {
    const message = messages.get(messageIdOf(entry));
    return message ? entryEvent(room, entry, message) : [];
  });
}

/** Returns the messages that changes added, newest first, without deleted ones. */
export const messagesIn = (changes: Synced['changes']): Message[] =>
  changes
    .flatMap(({ kind, message }) =>
      kind === 'MessageSent' && message.deletedAt === undefined ? message : [],
    )
    .reverse();

/**
 * Statuses and read marks have no sequence numbers, so a sync always repeats the recent ones. An eventually consistent
 * read costs half.
 */
async function loadReceipts(
  room: string,
  since: number,
  { id, guest }: Actor,
  { db }: LogContext,
): Promise<Pick<Synced, 'receipts' | 'seen'>> {
  const [older, { members }] = await Promise.all([
    newestMessages(db, room, { before: since + 1, limit: MAX_RECEIPTS, consistent: false }),
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
 * Returns a page of the events of a room after a sequence number.
 * @param room read before this call: the events up to its `seq` are reported
 * @param reader the user whose own read mark is always reported
 */
export async function catchUp(
  room: Room,
  since: number,
  reader: Actor,
  context: LogContext,
): Promise<Synced> {
  const head = { kind: 'Synced', room: room.id, since } as const;
  const none = { changes: [], hasMore: false, receipts: [], seen: [] };
  // The room never used a number above its `seq`, so the client's number belongs to another log.
  if (since > room.seq || room.seq - since > MAX_MISSED) {
    // The history that the client loads next is then complete up to `room.seq`.
    const from = Math.max(0, room.seq - MAX_MISSED);
    await settleRange(context.db, room.id, { since: from, upTo: room.seq });
    return { ...head, ...none, seq: room.seq, complete: false };
  }
  const page = await settleLog(context.db, room.id, { since, upTo: room.seq, limit: SETTLED_PAGE });
  const hasMore = page.upTo < room.seq;
  const [changes, receipts] = await Promise.all([
    eventsOf(room.id, page.entries, reader, context),
    hasMore ? none : loadReceipts(room.id, since, reader, context),
  ]);
  return { ...head, ...receipts, changes, seq: page.upTo, hasMore, complete: true };
}
