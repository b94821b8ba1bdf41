import type { RoomChanged, Synced } from '../../domain/event.ts';
import { fitting, MAX_FRAME_BYTES, type View } from '../dialect.ts';
import { wireId } from '../frame.ts';
import { wireMessage, wireStatus } from './message.ts';

const ENVELOPE_BYTES = 1024;

const wireType = {
  MessageSent: 'chat_message',
  MessageEdited: 'message_edited',
  MessageDeleted: 'message_deleted',
  MessageReacted: 'message_reacted',
} as const;

const reaction = (change: RoomChanged) =>
  change.kind === 'MessageReacted'
    ? { user_id: wireId(change.by), emoji: change.emoji, ...(change.removed && { removed: true }) }
    : {};

const bare = (change: RoomChanged) => ({
  type: wireType[change.kind],
  message_id: change.message.id,
  ...reaction(change),
  seq: change.seq,
});

/** A message as it is now stands in the first of its changes: the others of a page say no more of it. */
function items(changes: readonly RoomChanged[], view: View): readonly object[] {
  const told = new Set<number>();
  return changes.map((change) => {
    if (told.has(change.message.id)) return bare(change);
    told.add(change.message.id);
    return { ...bare(change), message: wireMessage(change.message, view) };
  });
}

/** One page of what was missed: as many changes as fit a frame, and with the last of them the receipts. */
export function syncFrame(event: Synced, view: View): object {
  const { since, changes, complete } = event;
  const receipts = event.receipts.map(({ message, status }) => ({
    message_id: message,
    status: wireStatus[status],
  }));
  const seen = event.seen.map(({ user, message }) => ({ user_id: wireId(user), message_id: message }));
  const room = MAX_FRAME_BYTES - ENVELOPE_BYTES - Buffer.byteLength(JSON.stringify({ receipts, seen }));
  const fit = fitting(items(changes, view), room);
  const head = { type: 'sync', since };
  if (fit.length === changes.length) {
    return { ...head, events: fit, seq: event.seq, has_more: event.hasMore, complete, receipts, seen };
  }
  // A single change that no frame can hold is told without its message: the history is asked for that.
  const events = fit.length > 0 ? fit : changes.slice(0, 1).map(bare);
  const seq = changes[events.length - 1]?.seq ?? event.seq;
  return { ...head, events, seq, has_more: true, complete, receipts: [], seen: [] };
}
