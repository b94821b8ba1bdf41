import type { RoomChanged } from '../../domain/event.ts';
import type { MessageFile } from '../../domain/file.ts';
import type { Message } from '../../domain/message.ts';
import type { NewChange, RoomChange } from '../../domain/room-change.ts';
import { decodes, type Examples, encodes, messageChanged, messageSent } from '../documentation.ts';

const fileId = '0b9d7c1e-5a53-4a52-9c3f-6b2a54f0d7a1';

const file: MessageFile = { id: fileId, name: 'notes.pdf', contentType: 'application/pdf', size: 48_213 };

const question: Message = {
  id: 63,
  room: '1',
  author: { id: '1', username: 'alice', email: 'alice@example.com', userType: '' },
  text: 'Shall we meet at noon?',
  type: 'text',
  status: 'sent',
  createdAt: '2026-03-02T09:15:00.000Z',
  updatedAt: '2026-03-02T09:15:00.000Z',
  replyTo: 61,
  clientId: 'a1f3-17',
  revision: 63,
};

const withFile: Message = { ...question, text: 'My notes', type: 'file', file };

const changedLater: Message = {
  ...question,
  text: 'Shall we meet at one?',
  status: 'read',
  updatedAt: '2026-03-02T09:16:00.000Z',
  editedAt: '2026-03-02T09:15:40.000Z',
  reactions: { '👍': { count: 2, users: ['2', '3'] } },
  revision: 65,
};

const deleted: Message = {
  ...question,
  id: 62,
  text: '',
  updatedAt: '2026-03-02T09:16:00.000Z',
  deletedAt: '2026-03-02T09:16:00.000Z',
  revision: 68,
};

/** Returns the event of a change that the owner made in the room. */
const roomChanged = (fields: NewChange<RoomChange>): RoomChanged => ({
  kind: 'RoomChanged',
  room: '1',
  change: { ...fields, seq: 69, by: '1', at: '2026-03-02T09:17:00.000Z' },
});

const send = { kind: 'SendMessage', type: 'text' } as const;

/** The frames that Parley adds to the contracts S0 and S1. */
export const actionOwnExamples: Examples = {
  in: [
    decodes(
      'own-send, a repeatable reply in another room',
      { action: 'send', message: 'At one.', reply_to: 63, client_id: 'a1f3-18', room_id: 7 },
      { ...send, text: 'At one.', replyTo: 63, clientId: 'a1f3-18', room: '7' },
    ),
    decodes(
      'own-file, uploaded earlier',
      { action: 'send', message: 'My notes', type: 'file', file: fileId },
      { ...send, text: 'My notes', type: 'file', file: { kind: 'uploaded', id: fileId } },
    ),
    decodes(
      'own-file, in the frame',
      { action: 'send', message: '', type: 'file', file: 'SGVsbG8K', file_name: 'hello.txt' },
      { ...send, text: '', type: 'file', file: { kind: 'inline', data: 'SGVsbG8K', name: 'hello.txt' } },
    ),
    decodes(
      'own-edit',
      { action: 'edit', message_id: 63, text: 'Shall we meet at one?', client_id: 'a1f3-19' },
      { kind: 'EditMessage', message: 63, text: 'Shall we meet at one?', clientId: 'a1f3-19' },
    ),
    decodes(
      'own-data',
      { action: 'send', message: 'Your order has shipped.', data: { order: 7, status: 'shipped' } },
      { ...send, text: 'Your order has shipped.', data: { order: 7, status: 'shipped' } },
    ),
    decodes(
      'own-data, removed',
      { action: 'edit', message_id: 63, text: 'Shall we meet at one?', data: null },
      { kind: 'EditMessage', message: 63, text: 'Shall we meet at one?', data: null },
    ),
    decodes(
      'own-mentions',
      { action: 'send', message: '@Ben Lee, at noon?', mentions: [2] },
      { ...send, text: '@Ben Lee, at noon?', mentions: ['2'] },
    ),
    decodes(
      'own-mentions, removed',
      { action: 'edit', message_id: 63, text: 'At noon?', mentions: [] },
      { kind: 'EditMessage', message: 63, text: 'At noon?', mentions: [] },
    ),
    decodes(
      'own-delete',
      { action: 'delete', message_id: 63, client_id: 'a1f3-20', room_id: 7 },
      { kind: 'DeleteMessage', message: 63, clientId: 'a1f3-20', room: '7' },
    ),
    decodes(
      'own-react',
      { action: 'react', message_id: 63, emoji: '👍' },
      { kind: 'React', message: 63, emoji: '👍', remove: false },
    ),
    decodes(
      'own-react, removed',
      { action: 'react', message_id: 63, emoji: '👍', remove: true },
      { kind: 'React', message: 63, emoji: '👍', remove: true },
    ),
    decodes('own-seen', { action: 'seen', message_id: 63 }, { kind: 'MarkSeen', message: 63 }),
    decodes('own-typing', { action: 'typing', typing: true }, { kind: 'SetTyping', typing: true }),
    decodes(
      'own-history',
      { action: 'history', before: 63, limit: 20 },
      { kind: 'LoadHistory', before: 63, limit: 20 },
    ),
    decodes('own-history, newest page', { action: 'history' }, { kind: 'LoadHistory', limit: 50 }),
    decodes('own-sync', { action: 'sync', since: 41 }, { kind: 'Sync', since: 41 }),
    decodes(
      'own-sync, from the start of another room',
      { action: 'sync', since: 0, room_id: 7 },
      { kind: 'Sync', since: 0, room: '7' },
    ),
    decodes('own-join', { action: 'join', room_id: 7 }, { kind: 'JoinRoom', room: '7' }),
    decodes('own-leave', { action: 'leave', room_id: 7 }, { kind: 'LeaveRoom', room: '7' }),
    decodes(
      'own-authenticate',
      { action: 'authenticate', token: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl' },
      { kind: 'Authenticate', token: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl' },
    ),
    decodes('own-ping', { action: 'ping' }, { kind: 'Ping' }),
    decodes(
      'own-ping, with joined rooms',
      { action: 'ping', rooms: [7, 8] },
      { kind: 'Ping', rooms: ['7', '8'] },
    ),
  ],
  out: [
    encodes('own-send, sent to its author', messageSent(question), {
      type: 'chat_message',
      message: { reply_to: 61, client_id: 'a1f3-17' },
      seq: 63,
    }),
    encodes('own-file', messageSent(withFile), {
      type: 'chat_message',
      message: {
        type: 'file',
        file: 'notes.pdf',
        file_url: `/api/chats/1/files/${fileId}/`,
        file_type: 'application/pdf',
        file_size: 48_213,
      },
    }),
    encodes('own-data', messageSent({ ...question, data: { order: 7, status: 'shipped' } }), {
      type: 'chat_message',
      message: { message_id: 63, data: { order: 7, status: 'shipped' } },
    }),
    encodes(
      'own-mentions',
      messageSent({ ...question, text: '@Ben Lee, at noon?', mentions: ['2', 'ann'] }),
      {
        type: 'chat_message',
        message: { message_id: 63, text: '@Ben Lee, at noon?', mentions: [2, 'ann'] },
      },
    ),
    encodes(
      'own-mentions, changed',
      messageChanged({ ...changedLater, mentions: ['2'] }, { kind: 'edit', by: '1', seq: 65 }),
      { type: 'message_edited', message_id: 63, text: 'Shall we meet at one?', mentions: [2], seq: 65 },
    ),
    encodes(
      'own-data, changed',
      messageChanged({ ...changedLater, data: { order: 7 } }, { kind: 'edit', by: '1', seq: 65 }),
      { type: 'message_edited', message_id: 63, text: 'Shall we meet at one?', data: { order: 7 }, seq: 65 },
    ),
    encodes(
      'own-react',
      messageChanged(question, { kind: 'react', emoji: '👍', removed: false, by: '2', seq: 64 }),
      { type: 'message_reacted', message_id: 63, user_id: 2, emoji: '👍', seq: 64 },
    ),
    encodes(
      'own-edit, sent to its author',
      { ...messageChanged(changedLater, { kind: 'edit', by: '1', seq: 65 }), clientId: 'a1f3-19' },
      {
        type: 'message_edited',
        message_id: 63,
        text: 'Shall we meet at one?',
        seq: 65,
        client_id: 'a1f3-19',
      },
    ),
    encodes(
      'own-delete, sent to its author',
      { ...messageChanged(question, { kind: 'delete', by: '1', seq: 68 }), clientId: 'a1f3-20' },
      { type: 'message_deleted', message_id: 63, seq: 68, client_id: 'a1f3-20' },
    ),
    encodes(
      'own-react, removed',
      messageChanged(question, { kind: 'react', emoji: '👍', removed: true, by: '2', seq: 66 }),
      { type: 'message_reacted', message_id: 63, user_id: 2, emoji: '👍', removed: true, seq: 66 },
    ),
    encodes('own-hidden', { kind: 'Hidden', room: '1', seq: 69 }, { type: 'hidden', seq: 69 }),
    encodes(
      'own-receipt',
      { kind: 'Acknowledged', room: '1', messageId: 63, status: 'read' },
      { type: 'receipt', message_id: 63, status: 'read' },
    ),
    encodes('own-room, renamed by its owner', roomChanged({ kind: 'room', changes: { name: 'Lunch' } }), {
      type: 'room_updated',
      room: { name: 'Lunch' },
      by: 1,
      seq: 69,
    }),
    encodes('own-room, deleted', { kind: 'RoomDeleted', room: '1' }, { type: 'room_deleted' }),
    encodes(
      'own-member, added',
      roomChanged({ kind: 'member', user: '4', change: 'added', role: 'member' }),
      { type: 'member_added', user_id: 4, role: 'member', by: 1, seq: 69 },
    ),
    encodes(
      'own-member, with another role',
      roomChanged({ kind: 'member', user: '4', change: 'changed', role: 'moderator' }),
      { type: 'member_changed', user_id: 4, role: 'moderator', by: 1, seq: 69 },
    ),
    encodes(
      'own-member, muted',
      roomChanged({ kind: 'member', user: '4', change: 'changed', mutedUntil: Date.UTC(2026, 2, 2, 10, 15) }),
      { type: 'member_changed', user_id: 4, muted_until: '2026-03-02T10:15:00.000Z', by: 1, seq: 69 },
    ),
    encodes('own-member, removed', roomChanged({ kind: 'member', user: '4', change: 'removed' }), {
      type: 'member_removed',
      user_id: 4,
      by: 1,
      seq: 69,
    }),
    encodes('own-pin', roomChanged({ kind: 'pin', message: 63, removed: false }), {
      type: 'message_pinned',
      message_id: 63,
      by: 1,
      seq: 69,
    }),
    encodes('own-pin, removed', roomChanged({ kind: 'pin', message: 63, removed: true }), {
      type: 'message_unpinned',
      message_id: 63,
      by: 1,
      seq: 69,
    }),
    encodes(
      'own-seen',
      { kind: 'Seen', room: '1', messageId: 63, user: '2' },
      { type: 'message_seen', message_id: 63, user_id: 2 },
    ),
    encodes(
      'own-typing',
      { kind: 'TypingChanged', room: '1', user: '2', typing: true },
      { type: 'typing', user_id: 2, typing: true },
    ),
    encodes(
      'own-presence',
      {
        kind: 'PresenceChanged',
        room: '1',
        presence: { user: '2', online: false, lastSeen: '2026-03-02T09:20:00.000Z' },
      },
      { type: 'presence', user_id: 2, status: 'offline', last_seen: '2026-03-02T09:20:00.000Z' },
    ),
    encodes(
      'own-history',
      { kind: 'HistoryLoaded', room: '1', messages: [changedLater], hasMore: true },
      {
        type: 'history',
        messages: [{ message_id: 63, edited: true, reactions: { '👍': [2, 3] } }],
        has_more: true,
      },
    ),
    encodes(
      'own-sync',
      {
        kind: 'Synced',
        room: '1',
        since: 63,
        changes: [
          messageChanged(changedLater, { kind: 'edit', by: '1', seq: 65 }),
          messageChanged(changedLater, { kind: 'react', emoji: '👍', removed: false, by: '2', seq: 66 }),
          messageChanged(deleted, { kind: 'delete', by: '3', seq: 68 }),
          roomChanged({ kind: 'room', changes: { name: 'Lunch' } }),
        ],
        seq: 69,
        hasMore: false,
        complete: true,
        receipts: [{ message: 61, status: 'read' }],
        seen: [{ user: '2', message: 61 }],
      },
      {
        type: 'sync',
        since: 63,
        events: [
          { type: 'message_edited', message_id: 63, seq: 65, message: { text: 'Shall we meet at one?' } },
          { type: 'message_reacted', message_id: 63, seq: 66, user_id: 2, emoji: '👍' },
          { type: 'message_deleted', message_id: 62, seq: 68, message: { text: '', deleted: true } },
          { type: 'room_updated', seq: 69, room: { name: 'Lunch' }, by: 1 },
        ],
        seq: 69,
        has_more: false,
        complete: true,
        receipts: [{ message_id: 61, status: 'read' }],
        seen: [{ user_id: 2, message_id: 61 }],
      },
    ),
    encodes(
      'own-sync, after too many missed events',
      {
        kind: 'Synced',
        room: '1',
        since: 63,
        changes: [],
        seq: 1187,
        hasMore: false,
        complete: false,
        receipts: [],
        seen: [],
      },
      { type: 'sync', since: 63, events: [], seq: 1187, has_more: false, complete: false },
    ),
    encodes('own-join', { kind: 'Joined', room: '7', seq: 12 }, { type: 'joined', room_id: 7, seq: 12 }),
    encodes('own-leave', { kind: 'Left', room: '7' }, { type: 'left', room_id: 7 }),
    encodes(
      'own-preferences',
      {
        kind: 'PreferencesChanged',
        room: '7',
        user: '1',
        preferences: { notify: 'mentions', pinned: true, hidden: false },
      },
      { type: 'preferences', room_id: 7, notify: 'mentions', pinned: true, hidden: false },
    ),
    encodes(
      'own-block',
      { kind: 'BlockChanged', room: '1', user: '7', blocked: true, revision: 3 },
      { type: 'block', user_id: 7, blocked: true, revision: 3 },
    ),
    encodes(
      'own-inbox',
      { kind: 'InboxOpened', room: '1', rooms: 12, blocks: 3 },
      { type: 'inbox', rooms: 12, blocks: 3 },
    ),
    encodes(
      'own-authenticate',
      { kind: 'Authenticated', room: '1', expiresAt: Date.UTC(2026, 2, 2, 10, 15) },
      { type: 'authenticated', expires_at: '2026-03-02T10:15:00.000Z' },
    ),
    encodes('own-ping', { kind: 'Ponged', room: '1', seq: 66 }, { type: 'pong', seq: 66 }),
    encodes(
      'own-ping, with joined rooms',
      { kind: 'Ponged', room: '1', seq: 66, rooms: [{ id: '7', seq: 12 }, { id: '8' }] },
      { type: 'pong', seq: 66, rooms: [{ room_id: 7, seq: 12 }, { room_id: 8 }] },
    ),
    encodes(
      'own-error',
      {
        kind: 'Refused',
        room: '1',
        code: 'NOT_THE_AUTHOR',
        reason: 'No access: only the author or a moderator can change this message. Ask one of them.',
        clientId: 'a1f3-19',
      },
      { type: 'error', code: 'NOT_THE_AUTHOR', client_id: 'a1f3-19' },
    ),
    encodes(
      'own-error, temporary',
      {
        kind: 'Refused',
        room: '1',
        code: 'RATE_LIMITED',
        reason: 'Too many requests: you reached the limit of this room. Wait a moment, then try again.',
        clientId: 'a1f3-21',
        retryAfterMs: 3_200,
      },
      { type: 'error', code: 'RATE_LIMITED', client_id: 'a1f3-21', retry_after_ms: 3_200 },
    ),
  ],
};
