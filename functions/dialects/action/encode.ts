import type { Event, RoomChanged, Synced } from '../../domain/event.ts';
import type { Message } from '../../domain/message.ts';
import { fitting, MAX_FRAME_BYTES, type View } from '../dialect.ts';
import { refusedFields, wireFile, wireId } from '../frame.ts';

/** S0 and S1 call a stored message that nobody else has got yet `send`. */
export const wireStatus = { sent: 'send', delivered: 'delivered', read: 'read' } as const;

const wireReactions = (reactions: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(reactions).map(([emoji, users]) => [emoji, users.map(wireId)]));

/** A message as a viewer sees it. */
export const wireMessage = (message: Message, { viewer }: View) => ({
  message_id: message.id,
  text: message.text,
  sender_id: wireId(message.author.id),
  sender_email: message.author.email,
  status: wireStatus[message.status],
  created_at: message.createdAt,
  updated_at: message.updatedAt,
  ...(message.type !== 'text' && { type: message.type }),
  ...(message.replyTo !== undefined && { reply_to: message.replyTo }),
  ...(message.editedAt !== undefined && { edited: true }),
  ...(message.deletedAt !== undefined && { deleted: true }),
  ...(message.file && wireFile(message.room, message.file)),
  ...(message.reactions && { reactions: wireReactions(message.reactions) }),
  ...(viewer === message.author.id && message.clientId !== undefined && { client_id: message.clientId }),
});

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

function historyItems(messages: readonly Message[], view: View): readonly unknown[] {
  return fitting(
    messages.map((message) => wireMessage(message, view)),
    MAX_FRAME_BYTES - ENVELOPE_BYTES,
  );
}

/** What a device called its change, for the one who made it. */
const ownId = ({ by, clientId }: { by: string; clientId?: string }, { viewer }: View) =>
  viewer === by && clientId !== undefined ? { client_id: clientId } : {};

/** What an event is called on the wire, without the room that it is of; undefined where the viewer knows it already. */
export function actionFrame(event: Event, view: View): object | undefined {
  switch (event.kind) {
    case 'MessageSent': {
      const message = wireMessage(event.message, view);
      return { type: 'chat_message', message_id: message.message_id, message, seq: event.seq };
    }
    case 'MessageDelivered':
      return { type: 'mark_message_as_delivered', message: wireMessage(event.message, view) };
    case 'MessageRead':
      return { type: 'mark_message_as_read', message: wireMessage(event.message, view) };
    case 'MessageEdited': {
      const { id, text } = event.message;
      return { type: 'message_edited', message_id: id, text, seq: event.seq, ...ownId(event, view) };
    }
    case 'MessageDeleted':
      return {
        type: 'message_deleted',
        message_id: event.message.id,
        seq: event.seq,
        ...ownId(event, view),
      };
    case 'MessageReacted': {
      const { emoji, removed, seq } = event;
      const gone = removed ? { removed } : {};
      return {
        type: 'message_reacted',
        message_id: event.message.id,
        user_id: wireId(event.by),
        emoji,
        ...gone,
        seq,
        ...ownId(event, view),
      };
    }
    case 'Seen':
      return { type: 'message_seen', message_id: event.messageId, user_id: wireId(event.user) };
    case 'TypingChanged':
      return { type: 'typing', user_id: wireId(event.user), typing: event.typing };
    case 'PresenceChanged': {
      const { user, online, lastSeen } = event.presence;
      const status = online ? 'online' : 'offline';
      return { type: 'presence', user_id: wireId(user), status, last_seen: lastSeen };
    }
    case 'Connected':
      return historyItems(event.messages, view);
    case 'HistoryLoaded': {
      const messages = historyItems(event.messages, view);
      return {
        type: 'history',
        messages,
        has_more: event.hasMore || messages.length < event.messages.length,
      };
    }
    case 'Synced':
      return syncFrame(event, view);
    case 'Ponged':
      return { type: 'pong', seq: event.seq };
    case 'Authenticated':
      return { type: 'authenticated', expires_at: new Date(event.expiresAt).toISOString() };
    case 'Joined':
      return { type: 'joined', room_id: wireId(event.room), seq: event.seq };
    case 'Left':
      return { type: 'left', room_id: wireId(event.room) };
    case 'InboxOpened':
      return { type: 'inbox', rooms: event.rooms };
    case 'Refused': {
      const { code, reason: message } = event;
      return { type: 'error', code, message, ...refusedFields(event) };
    }
    case 'TurnedAway':
      return undefined;
    default:
      return event satisfies never;
  }
}
