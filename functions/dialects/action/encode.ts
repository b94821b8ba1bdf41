import type { Event } from '../../domain/event.ts';
import type { Message } from '../../domain/message.ts';
import { fitting, MAX_FRAME_BYTES, type View } from '../dialect.ts';
import { refusedFields, wireId } from '../frame.ts';
import { wireMessage } from './message.ts';
import { syncFrame } from './sync.ts';

const ENVELOPE_BYTES = 1024;

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
