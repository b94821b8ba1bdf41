import type { RoomChanged, Synced } from '../domain/event.ts';
import type { Change, LogEntry, Message } from '../domain/message.ts';
import type { Room } from '../domain/room.ts';
import { listMembers } from '../store/members.ts';
import { type Applied, listStates, type State } from '../store/messages.ts';
import { applyChange } from './apply-change.ts';
import type { LogContext } from './context.ts';
import { newestMessages, settleLog } from './history.ts';

/** Who was away for more changes than this loads the history instead. */
export const MAX_MISSED = 1_000;

/** Changes are told in pages of at most so many: with usual texts that is well below a frame's 128 KB. */
const PAGE = 200;

/** Of so many older messages, and so many members, a page tells how far they have come. */
export const MAX_RECEIPTS = 50;

function told(room: string, entry: LogEntry, message: Message): RoomChanged | undefined {
  if (entry.kind === 'void') return undefined;
  if (entry.kind === 'message') return { kind: 'MessageSent', room, message, seq: message.id };
  const { by, seq } = entry;
  if (entry.kind === 'edit') return { kind: 'MessageEdited', room, message, seq, by };
  if (entry.kind === 'delete') return { kind: 'MessageDeleted', room, message, seq, by };
  const { emoji, removed } = entry;
  return { kind: 'MessageReacted', room, message, seq, by, emoji, removed };
}

const isChange = (entry: LogEntry): entry is Change => entry.kind !== 'message' && entry.kind !== 'void';

/**
 * The messages that a part of the log is about, as they are now. A change whose message does not have it, since
 * whoever made it ended in between, is brought to its end: else a later page would tell of a message without it.
 */
async function presentMessages(
  room: string,
  entries: readonly LogEntry[],
  context: LogContext,
): Promise<ReadonlyMap<number, Message>> {
  const ids = entries.map((entry) => {
    if (entry.kind === 'message') return entry.message.id;
    return isChange(entry) ? entry.message : undefined;
  });
  const known = new Set(ids.filter((id) => id !== undefined));
  const states = await listStates(context.db, room, [...known]);
  const messages = new Map([...states].map(([id, state]) => [id, state.message]));
  for (const change of entries.filter(isChange)) {
    const applied = await completed(room, change, states.get(change.message), context);
    if (applied) messages.set(change.message, applied.message);
  }
  return messages;
}

async function completed(
  room: string,
  change: Change,
  state: State | undefined,
  context: LogContext,
): Promise<Applied | undefined> {
  return !state || state.settles(change) ? undefined : applyChange(room, change, context);
}

/** How far what is older has come: that has no number, so all of it is told again. */
async function marks(
  room: string,
  since: number,
  { db }: LogContext,
): Promise<Pick<Synced, 'receipts' | 'seen'>> {
  const [older, { members }] = await Promise.all([
    newestMessages(db, room, { before: since + 1, limit: MAX_RECEIPTS }),
    listMembers(db, room, MAX_RECEIPTS),
  ]);
  return {
    receipts: older.messages
      .filter(({ status }) => status !== 'sent')
      .map(({ id, status }) => ({ message: id, status })),
    seen: members.filter(({ readTo }) => readTo > 0).map(({ user, readTo }) => ({ user, message: readTo })),
  };
}

/** Settles what a client who loads the history instead may have to do with, so that `seq` is as good as a page's. */
async function settleNewest(room: Room, context: LogContext): Promise<void> {
  let since = Math.max(0, room.seq - MAX_MISSED);
  while (since < room.seq) {
    since = (await settleLog(context.db, room.id, { since, upTo: room.seq, limit: PAGE })).upTo;
  }
}

/**
 * What has changed in a room since a number.
 * @param room as it is now: its `seq` is how far this goes
 */
export async function catchUp(room: Room, since: number, context: LogContext): Promise<Synced> {
  const head = { kind: 'Synced', room: room.id, since } as const;
  const none = { changes: [], hasMore: false, receipts: [], seen: [] };
  // A number that was never given out is of another log than this one.
  if (since > room.seq || room.seq - since > MAX_MISSED) {
    await settleNewest(room, context);
    return { ...head, ...none, seq: room.seq, complete: false };
  }
  const { entries, upTo } = await settleLog(context.db, room.id, { since, upTo: room.seq, limit: PAGE });
  const hasMore = upTo < room.seq;
  const [messages, rest] = await Promise.all([
    presentMessages(room.id, entries, context),
    hasMore ? none : marks(room.id, since, context),
  ]);
  const changes = entries.flatMap((entry) => {
    const id = entry.kind === 'message' ? entry.message.id : isChange(entry) ? entry.message : 0;
    const message = messages.get(id);
    return (message && told(room.id, entry, message)) ?? [];
  });
  return { ...head, ...rest, changes, seq: upTo, hasMore, complete: true };
}
