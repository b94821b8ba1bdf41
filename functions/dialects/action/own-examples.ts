import type { MessageChanged } from '../../domain/event.ts';
import type { MessageFile } from '../../domain/file.ts';
import type { Change, Message } from '../../domain/message.ts';
import type { Examples } from '../documentation.ts';

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
  reactions: { '👍': ['2', '3'] },
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

type NewChange<C> = C extends Change ? Omit<C, 'message' | 'at'> : never;

const changed = (message: Message, change: NewChange<Change>): MessageChanged => ({
  kind: 'MessageChanged',
  room: '1',
  message,
  change: { ...change, message: message.id, at: '2026-03-02T09:16:00.000Z' },
});

const sent = { kind: 'SendMessage', type: 'text' } as const;

/** The frames that Parley adds to S0 and S1. */
export const actionOwnExamples: Examples = {
  in: [
    {
      clause: 'own-send, a repeatable reply in another room',
      frame: { action: 'send', message: 'At one.', reply_to: 63, client_id: 'a1f3-18', room_id: 7 },
      command: { ...sent, text: 'At one.', replyTo: 63, clientId: 'a1f3-18', room: '7' },
    },
    {
      clause: 'own-file, uploaded earlier',
      frame: { action: 'send', message: 'My notes', type: 'file', file: fileId },
      command: { ...sent, text: 'My notes', type: 'file', file: { kind: 'uploaded', id: fileId } },
    },
    {
      clause: 'own-file, in the frame',
      frame: { action: 'send', message: '', type: 'file', file: 'SGVsbG8K', file_name: 'hello.txt' },
      command: {
        ...sent,
        text: '',
        type: 'file',
        file: { kind: 'inline', data: 'SGVsbG8K', name: 'hello.txt' },
      },
    },
    {
      clause: 'own-edit',
      frame: { action: 'edit', message_id: 63, text: 'Shall we meet at one?', client_id: 'a1f3-19' },
      command: { kind: 'EditMessage', message: 63, text: 'Shall we meet at one?', clientId: 'a1f3-19' },
    },
    {
      clause: 'own-delete',
      frame: { action: 'delete', message_id: 63, client_id: 'a1f3-20', room_id: 7 },
      command: { kind: 'DeleteMessage', message: 63, clientId: 'a1f3-20', room: '7' },
    },
    {
      clause: 'own-react',
      frame: { action: 'react', message_id: 63, emoji: '👍' },
      command: { kind: 'React', message: 63, emoji: '👍', remove: false },
    },
    {
      clause: 'own-react, removed',
      frame: { action: 'react', message_id: 63, emoji: '👍', remove: true },
      command: { kind: 'React', message: 63, emoji: '👍', remove: true },
    },
    {
      clause: 'own-seen',
      frame: { action: 'seen', message_id: 63 },
      command: { kind: 'MarkSeen', message: 63 },
    },
    {
      clause: 'own-typing',
      frame: { action: 'typing', typing: true },
      command: { kind: 'SetTyping', typing: true },
    },
    {
      clause: 'own-history',
      frame: { action: 'history', before: 63, limit: 20 },
      command: { kind: 'LoadHistory', before: 63, limit: 20 },
    },
    {
      clause: 'own-history, newest page',
      frame: { action: 'history' },
      command: { kind: 'LoadHistory', limit: 50 },
    },
    { clause: 'own-sync', frame: { action: 'sync', since: 41 }, command: { kind: 'Sync', since: 41 } },
    {
      clause: 'own-sync, from the start of another room',
      frame: { action: 'sync', since: 0, room_id: 7 },
      command: { kind: 'Sync', since: 0, room: '7' },
    },
    {
      clause: 'own-join',
      frame: { action: 'join', room_id: 7 },
      command: { kind: 'JoinRoom', room: '7' },
    },
    {
      clause: 'own-leave',
      frame: { action: 'leave', room_id: 7 },
      command: { kind: 'LeaveRoom', room: '7' },
    },
    {
      clause: 'own-authenticate',
      frame: { action: 'authenticate', token: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl' },
      command: { kind: 'Authenticate', token: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl' },
    },
    { clause: 'own-ping', frame: { action: 'ping' }, command: { kind: 'Ping' } },
  ],
  out: [
    {
      clause: 'own-send, sent to its author',
      event: { kind: 'MessageSent', room: '1', message: question, seq: 63 },
      frame: { type: 'chat_message', message: { reply_to: 61, client_id: 'a1f3-17' }, seq: 63 },
    },
    {
      clause: 'own-file',
      event: { kind: 'MessageSent', room: '1', message: withFile, seq: 63 },
      frame: {
        type: 'chat_message',
        message: {
          type: 'file',
          file: 'notes.pdf',
          file_url: `/api/chats/1/files/${fileId}/`,
          file_type: 'application/pdf',
          file_size: 48_213,
        },
      },
    },
    {
      clause: 'own-react',
      event: changed(question, { kind: 'react', emoji: '👍', removed: false, by: '2', seq: 64 }),
      frame: { type: 'message_reacted', message_id: 63, user_id: 2, emoji: '👍', seq: 64 },
    },
    {
      clause: 'own-edit, sent to its author',
      event: { ...changed(changedLater, { kind: 'edit', by: '1', seq: 65 }), clientId: 'a1f3-19' },
      frame: {
        type: 'message_edited',
        message_id: 63,
        text: 'Shall we meet at one?',
        seq: 65,
        client_id: 'a1f3-19',
      },
    },
    {
      clause: 'own-delete, sent to its author',
      event: { ...changed(question, { kind: 'delete', by: '1', seq: 68 }), clientId: 'a1f3-20' },
      frame: { type: 'message_deleted', message_id: 63, seq: 68, client_id: 'a1f3-20' },
    },
    {
      clause: 'own-react, removed',
      event: changed(question, { kind: 'react', emoji: '👍', removed: true, by: '2', seq: 66 }),
      frame: { type: 'message_reacted', message_id: 63, user_id: 2, emoji: '👍', removed: true, seq: 66 },
    },
    {
      clause: 'own-seen',
      event: { kind: 'Seen', room: '1', messageId: 63, user: '2' },
      frame: { type: 'message_seen', message_id: 63, user_id: 2 },
    },
    {
      clause: 'own-typing',
      event: { kind: 'TypingChanged', room: '1', user: '2', typing: true },
      frame: { type: 'typing', user_id: 2, typing: true },
    },
    {
      clause: 'own-presence',
      event: {
        kind: 'PresenceChanged',
        room: '1',
        presence: { user: '2', online: false, lastSeen: '2026-03-02T09:20:00.000Z' },
      },
      frame: { type: 'presence', user_id: 2, status: 'offline', last_seen: '2026-03-02T09:20:00.000Z' },
    },
    {
      clause: 'own-history',
      event: { kind: 'HistoryLoaded', room: '1', messages: [changedLater], hasMore: true },
      frame: {
        type: 'history',
        messages: [{ message_id: 63, edited: true, reactions: { '👍': [2, 3] } }],
        has_more: true,
      },
    },
    {
      clause: 'own-sync',
      event: {
        kind: 'Synced',
        room: '1',
        since: 63,
        changes: [
          changed(changedLater, { kind: 'edit', by: '1', seq: 65 }),
          changed(changedLater, { kind: 'react', emoji: '👍', removed: false, by: '2', seq: 66 }),
          changed(deleted, { kind: 'delete', by: '3', seq: 68 }),
        ],
        seq: 68,
        hasMore: false,
        complete: true,
        receipts: [{ message: 61, status: 'read' }],
        seen: [{ user: '2', message: 61 }],
      },
      frame: {
        type: 'sync',
        since: 63,
        events: [
          { type: 'message_edited', message_id: 63, seq: 65, message: { text: 'Shall we meet at one?' } },
          { type: 'message_reacted', message_id: 63, seq: 66, user_id: 2, emoji: '👍' },
          { type: 'message_deleted', message_id: 62, seq: 68, message: { text: '', deleted: true } },
        ],
        seq: 68,
        has_more: false,
        complete: true,
        receipts: [{ message_id: 61, status: 'read' }],
        seen: [{ user_id: 2, message_id: 61 }],
      },
    },
    {
      clause: 'own-sync, after too many missed events',
      event: {
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
      frame: { type: 'sync', since: 63, events: [], seq: 1187, has_more: false, complete: false },
    },
    {
      clause: 'own-join',
      event: { kind: 'Joined', room: '7', seq: 12 },
      frame: { type: 'joined', room_id: 7, seq: 12 },
    },
    {
      clause: 'own-leave',
      event: { kind: 'Left', room: '7' },
      frame: { type: 'left', room_id: 7 },
    },
    {
      clause: 'own-inbox',
      event: { kind: 'InboxOpened', room: '1', rooms: 12 },
      frame: { type: 'inbox', rooms: 12 },
    },
    {
      clause: 'own-authenticate',
      event: { kind: 'Authenticated', room: '1', expiresAt: Date.UTC(2026, 2, 2, 10, 15) },
      frame: { type: 'authenticated', expires_at: '2026-03-02T10:15:00.000Z' },
    },
    {
      clause: 'own-ping',
      event: { kind: 'Ponged', room: '1', seq: 66 },
      frame: { type: 'pong', seq: 66 },
    },
    {
      clause: 'own-error',
      event: {
        kind: 'Refused',
        room: '1',
        code: 'NOT_THE_AUTHOR',
        reason: 'No access: only its author or a moderator can change this message. Ask one of them.',
        clientId: 'a1f3-19',
      },
      frame: { type: 'error', code: 'NOT_THE_AUTHOR', client_id: 'a1f3-19' },
    },
    {
      clause: 'own-error, temporary',
      event: {
        kind: 'Refused',
        room: '1',
        code: 'RATE_LIMITED',
        reason: 'Too many requests: you reached the limit of this room. Wait a moment, then try again.',
        clientId: 'a1f3-21',
        retryAfterMs: 3_200,
      },
      frame: { type: 'error', code: 'RATE_LIMITED', client_id: 'a1f3-21', retry_after_ms: 3_200 },
    },
  ],
};
