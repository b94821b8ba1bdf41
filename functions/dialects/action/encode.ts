import {
  type Event,
  eventSeq,
  type LoggedEvent,
  type MessageChanged,
  type MessageSent,
  type RoomChanged,
  type Synced,
} from '../../domain/event.ts';
import { actorId, isEmailHidden, seenBy, type User } from '../../domain/member.ts';
import { changedBy, MAX_LISTED_REACTORS, type Message, type Reactors } from '../../domain/message.ts';
import type { RoomSettings } from '../../domain/room.ts';
import type { RoomChange } from '../../domain/room-change.ts';
import { fitting, MAX_FRAME_BYTES, type View } from '../dialect.ts';
import { refusedFields, wireAuthor, wireFile, wireId } from '../frame.ts';

/** Reserved for the fields around a list of messages or changes. */
const ENVELOPE_BYTES = 1024;

/** The contracts S0 and S1 call the status of a stored message `send`. */
const wireStatus = { sent: 'send', delivered: 'delivered', read: 'read' } as const;

/** Returns the ids of all users with an emoji; for more than `MAX_LISTED_REACTORS`, their number and some ids. */
function wireReactors(reactors: Reactors | readonly string[]) {
  // In a fan-out payload of the previous release, the reactors are a list of all users.
  const { count, users } = 'users' in reactors ? reactors : { count: reactors.length, users: reactors };
  const ids = users.map(wireId);
  return count > MAX_LISTED_REACTORS || count > ids.length ? { count, users: ids } : ids;
}

const wireReactions = (reactions: Readonly<Record<string, Reactors>>) =>
  Object.fromEntries(Object.entries(reactions).map(([emoji, each]) => [emoji, wireReactors(each)]));

/** The bytes of `"truncated":true` in a message. */
const TRUNCATED_BYTES = ',"truncated":true'.length;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Cuts a text so that its JSON has at most `bytes` bytes. */
function startOf(text: string, bytes: number): string {
  let left = bytes - '""'.length;
  let end = 0;
  for (const character of text) {
    left -= bytesOf(character) - '""'.length;
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** Returns the fields of an author. Where email addresses are hidden, the contracts S0 and S1 get the user name instead. */
function wireSender(view: View, author: User) {
  const seen = seenBy(view, author);
  const replacesEmail = view.hidesEmails && isEmailHidden(view, author);
  return {
    sender_id: wireId(author.id),
    sender_email: replacesEmail ? seen.username : seen.email,
    ...wireAuthor(seen),
  };
}

const wireMentions = ({ mentions }: Message) => (mentions ? { mentions: mentions.map(wireId) } : {});

const wireMessage = (message: Message, view: View) => ({
  message_id: message.id,
  text: message.text,
  ...wireSender(view, message.author),
  ...(message.author.guest && { guest: true }),
  status: wireStatus[message.status],
  created_at: message.createdAt,
  updated_at: message.updatedAt,
  ...(message.type !== 'text' && { type: message.type }),
  ...(message.replyTo !== undefined && { reply_to: message.replyTo }),
  ...(message.editedAt !== undefined && { edited: true }),
  ...(message.deletedAt !== undefined && { deleted: true }),
  ...(message.file && wireFile(message.room, message.file)),
  ...wireMentions(message),
  ...(message.data && { data: message.data }),
  ...(message.reactions && { reactions: wireReactions(message.reactions) }),
  ...(view.viewer === actorId(message.author) &&
    message.clientId !== undefined && { client_id: message.clientId }),
});

type WireMessage = ReturnType<typeof wireMessage> & { readonly truncated?: true };

/**
 * Returns a message in at most `bytes` bytes of JSON. If it is larger, removes its reactions, and then cuts its text.
 */
function reduced(message: Message, view: View, bytes: number): WireMessage {
  const whole = wireMessage(message, view);
  if (bytesOf(whole) <= bytes) return whole;
  const { reactions: _, ...bare } = whole;
  const excess = bytesOf(bare) - bytes;
  if (excess <= 0) return bare;
  const left = bytesOf(bare.text) - excess - TRUNCATED_BYTES;
  return { ...bare, text: startOf(bare.text, left), truncated: true };
}

/** Returns as many messages as fit a frame, at least one. */
function messageList(messages: readonly Message[], view: View): readonly unknown[] {
  const bytes = MAX_FRAME_BYTES - ENVELOPE_BYTES;
  // `fitting` counts the brackets of the list, and a comma for each message.
  const items = messages.map((message) => reduced(message, view, bytes - '[,]'.length));
  return fitting(items, bytes);
}

/** Returns the user of an event. A guest's id is unverified, and may be that of a real user. */
const wireActor = (user: string, guest: true | undefined) => ({
  user_id: wireId(user),
  ...(guest && { guest }),
});

function typeAndValues(event: MessageSent | MessageChanged): {
  readonly type: string;
  readonly [field: string]: unknown;
} {
  if (event.kind === 'MessageSent') return { type: 'chat_message' };
  const { change } = event;
  switch (change.kind) {
    case 'edit':
      return { type: 'message_edited' };
    case 'delete':
      return { type: 'message_deleted' };
    case 'react': {
      const { by, guest, emoji, removed } = change;
      const { count = 0 } = event.message.reactions?.[emoji] ?? {};
      const unchanged = event.unchanged && count > MAX_LISTED_REACTORS;
      const values = {
        ...wireActor(by, guest),
        emoji,
        ...(removed && { removed }),
        ...(unchanged && { unchanged }),
      };
      return { type: 'message_reacted', ...values };
    }
    default:
      return change satisfies never;
  }
}

/** Returns the fields that an event of a message has both in its own frame and in a page of `sync`. */
const loggedFields = (event: MessageSent | MessageChanged) => ({
  ...typeAndValues(event),
  message_id: event.message.id,
  seq: eventSeq(event),
});

/** Returns the settings that a room's update changed. */
const wireSettings = ({ avatarUrl, slowMode, ...same }: Partial<RoomSettings>) => ({
  ...same,
  ...(avatarUrl !== undefined && { avatar_url: avatarUrl }),
  ...(slowMode !== undefined && { slow_mode: slowMode }),
});

function changeOfRoom(change: RoomChange) {
  switch (change.kind) {
    case 'room':
      return { type: 'room_updated', room: wireSettings(change.changes) };
    case 'member': {
      const { user, role, mutedUntil, data } = change;
      return {
        type: `member_${change.change}`,
        user_id: wireId(user),
        ...(role !== undefined && { role }),
        ...(mutedUntil !== undefined && {
          muted_until: mutedUntil > 0 ? new Date(mutedUntil).toISOString() : null,
        }),
        ...(data !== undefined && { data }),
      };
    }
    case 'pin':
      return { type: change.removed ? 'message_unpinned' : 'message_pinned', message_id: change.message };
    default:
      return change satisfies never;
  }
}

/** Returns the frame of a room's change, which is the same in a page of `sync`. */
const roomFrame = ({ change }: RoomChanged): object => ({
  ...changeOfRoom(change),
  by: wireId(change.by),
  seq: change.seq,
});

/** Returns the message for a frame whose other fields are small. */
const inFrame = (message: Message, view: View): WireMessage =>
  reduced(message, view, MAX_FRAME_BYTES - ENVELOPE_BYTES);

/** Returns the frame of a logged event. The client id of a change goes to its author only. */
function loggedFrame(event: MessageSent | MessageChanged, view: View): object {
  const fields = loggedFields(event);
  if (event.kind === 'MessageSent') return { ...fields, message: inFrame(event.message, view) };
  const { change, clientId, message } = event;
  return {
    ...fields,
    ...(change.kind === 'edit' && {
      text: message.text,
      ...wireMentions(message),
      ...(message.data && { data: message.data }),
    }),
    ...(view.viewer === changedBy(change) && clientId !== undefined && { client_id: clientId }),
  };
}

/** Returns the changes of a page, each small enough for a frame. Only the first change of each message carries it. */
function syncItems(changes: readonly LoggedEvent[], view: View): readonly object[] {
  const included = new Set<number>();
  return changes.map((event) => {
    if (event.kind === 'RoomChanged') return roomFrame(event);
    const { message } = event;
    if (included.has(message.id)) return loggedFields(event);
    included.add(message.id);
    return { ...loggedFields(event), message: reduced(message, view, MAX_FRAME_BYTES - 2 * ENVELOPE_BYTES) };
  });
}

/** Returns a page of `sync`: as many changes as fit a frame, and the receipts if the page is the last one. */
function syncFrame(event: Synced, view: View): object {
  const { since, complete } = event;
  const changes = event.changes.filter(({ kind }) => kind !== 'RoomChanged' || view.changes === 'all');
  const receipts = event.receipts.map(({ message, status }) => ({
    message_id: message,
    status: wireStatus[status],
  }));
  const seen = event.seen.map(({ user, message }) => ({ user_id: wireId(user), message_id: message }));
  const head = { type: 'sync', since };
  const items = syncItems(changes, view);
  const bytes = MAX_FRAME_BYTES - ENVELOPE_BYTES;
  if (bytesOf(items) <= bytes - bytesOf({ receipts, seen })) {
    return { ...head, events: items, seq: event.seq, has_more: event.hasMore, complete, receipts, seen };
  }
  const events = fitting(items, bytes);
  const last = changes[events.length - 1];
  const seq = last ? eventSeq(last) : event.seq;
  return { ...head, events, seq, has_more: true, complete, receipts: [], seen: [] };
}

/** The events whose frames only a socket with `changes=all` gets, because an earlier client does not know them. */
const onRequest: ReadonlySet<Event['kind']> = new Set([
  'BlockChanged',
  'Hidden',
  'PreferencesChanged',
  'RoomChanged',
  'RoomDeleted',
]);

/** Returns the frame of an event, without its room; undefined if the contract has none. */
export function actionFrame(event: Event, view: View): object | undefined {
  if (view.changes !== 'all' && onRequest.has(event.kind)) return undefined;
  switch (event.kind) {
    case 'MessageSent':
    case 'MessageChanged':
      return loggedFrame(event, view);
    case 'Hidden':
      return { type: 'hidden', seq: event.seq };
    case 'RoomChanged':
      return roomFrame(event);
    case 'RoomDeleted':
      return { type: 'room_deleted' };
    case 'MessageDelivered':
      return { type: 'mark_message_as_delivered', message: inFrame(event.message, view) };
    case 'MessageRead':
      return { type: 'mark_message_as_read', message: inFrame(event.message, view) };
    case 'Acknowledged':
      return { type: 'receipt', message_id: event.messageId, status: wireStatus[event.status] };
    case 'Seen':
      return { type: 'message_seen', message_id: event.messageId, ...wireActor(event.user, event.guest) };
    case 'TypingChanged':
      return { type: 'typing', ...wireActor(event.user, event.guest), typing: event.typing };
    case 'PresenceChanged': {
      const { user, online, lastSeen } = event.presence;
      const status = online ? 'online' : 'offline';
      return { type: 'presence', user_id: wireId(user), status, last_seen: lastSeen };
    }
    case 'Connected':
      return messageList(event.messages, view);
    case 'HistoryLoaded': {
      const messages = messageList(event.messages, view);
      const has_more = event.hasMore || messages.length < event.messages.length;
      return { type: 'history', messages, has_more };
    }
    case 'Synced':
      return syncFrame(event, view);
    case 'Ponged':
      return {
        type: 'pong',
        seq: event.seq,
        ...(event.rooms && { rooms: event.rooms.map(({ id, seq }) => ({ room_id: wireId(id), seq })) }),
      };
    case 'Authenticated':
      return { type: 'authenticated', expires_at: new Date(event.expiresAt).toISOString() };
    case 'Joined':
      return { type: 'joined', room_id: wireId(event.room), seq: event.seq };
    case 'Left':
      return { type: 'left', room_id: wireId(event.room) };
    case 'InboxOpened':
      return { type: 'inbox', rooms: event.rooms, ...(event.blocks && { blocks: event.blocks }) };
    case 'PreferencesChanged':
      return { type: 'preferences', room_id: wireId(event.room), ...event.preferences };
    case 'BlockChanged': {
      const { user, blocked, revision } = event;
      return { type: 'block', user_id: wireId(user), blocked, revision };
    }
    case 'Refused': {
      const { code, reason: message } = event;
      return { type: 'error', code, message, ...refusedFields(event) };
    }
    case 'HandshakeRefused':
      return undefined;
    default:
      return event satisfies never;
  }
}
