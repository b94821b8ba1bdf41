import type { Message } from '../../domain/message.ts';
import type { Examples } from '../documentation.ts';

const room = 'group_name';

const message: Message = {
  id: 7,
  room,
  author: { id: 'user_id', username: 'user', email: '', userType: '' },
  text: 'Message content',
  type: 'text',
  status: 'sent',
  createdAt: '2025-02-16T12:34:56.789Z',
  updatedAt: '2025-02-16T12:34:56.789Z',
  revision: 7,
};

const wire = {
  id: '7',
  user: 'user_id',
  body: 'Message content',
  type: 'text',
  file: null,
  reply_to: null,
  created: '2025-02-16T12:34:56.789Z',
};

const reply = { ...message, id: 8, replyTo: 7, revision: 8 };
const updated = { ...message, text: 'Updated message content', revision: 9 };

const change = { message: 7, by: 'user_id', at: '2025-02-16T12:35:56.789Z' };

const fileId = '0b9d7c1e-5a53-4a52-9c3f-6b2a54f0d7a1';

const withFile: Message = {
  ...message,
  type: 'file',
  file: { id: fileId, name: 'notes.pdf', contentType: 'application/pdf', size: 48_213 },
};

/** All frames that S4 shows, with its placeholders filled in, and Parley's own. */
export const operationExamples: Examples = {
  in: [
    {
      clause: 'S4-create',
      frame: { operation: 'create', user: 'user_id', type: 'text', body: 'Message content' },
      command: { kind: 'SendMessage', text: 'Message content', type: 'text' },
    },
    {
      clause: 'S4-delete',
      frame: { operation: 'delete', user: 'user_id', message_id: '7' },
      command: { kind: 'DeleteMessage', message: 7 },
    },
    {
      clause: 'S4-update',
      frame: { operation: 'update', user: 'user_id', message_id: '7', body: 'Updated message content' },
      command: { kind: 'EditMessage', message: 7, text: 'Updated message content' },
    },
    {
      clause: 'S4-reply',
      frame: { operation: 'reply', user: 'user_id', message_id: '7', type: 'text', body: 'Reply content' },
      command: { kind: 'SendMessage', text: 'Reply content', type: 'text', replyTo: 7 },
    },
    {
      clause: 'S4-seen',
      frame: { operation: 'seen', user: 'user_id', message_id: '7' },
      command: { kind: 'MarkSeen', message: 7 },
    },
    {
      clause: 'S4-typing',
      frame: { operation: 'typing', user: 'user_id', typing_status: 'typing' },
      command: { kind: 'SetTyping', typing: true },
    },
    {
      clause: 'S4-typing, stopped',
      frame: { operation: 'typing', user: 'user_id', typing_status: 'not_typing' },
      command: { kind: 'SetTyping', typing: false },
    },
    {
      clause: 'own-file',
      frame: {
        operation: 'create',
        type: 'file',
        file: 'SGVsbG8K',
        file_name: 'hello.txt',
        client_id: 'a1f3-17',
      },
      command: {
        kind: 'SendMessage',
        text: '',
        type: 'file',
        file: { kind: 'inline', data: 'SGVsbG8K', name: 'hello.txt' },
        clientId: 'a1f3-17',
      },
    },
    {
      clause: 'own-file, an update with an uploaded file',
      frame: { operation: 'update', message_id: '7', body: 'Updated message content', file: fileId },
      command: {
        kind: 'EditMessage',
        message: 7,
        text: 'Updated message content',
        file: { kind: 'uploaded', id: fileId },
      },
    },
  ],
  out: [
    {
      clause: 'S4-create',
      event: { kind: 'MessageSent', room, message, seq: 7 },
      frame: { operation: 'create', message: wire },
    },
    {
      clause: 'S4-reply',
      event: { kind: 'MessageSent', room, message: reply, seq: 8 },
      frame: { operation: 'reply', message: { ...wire, id: '8', reply_to: '7' } },
    },
    {
      clause: 'S4-update',
      event: { kind: 'MessageChanged', room, message: updated, change: { ...change, kind: 'edit', seq: 9 } },
      frame: { operation: 'update', message: { ...wire, body: 'Updated message content' } },
    },
    {
      clause: 'S4-delete',
      event: {
        kind: 'MessageChanged',
        room,
        message: { ...message, text: '' },
        change: { ...change, kind: 'delete', seq: 10 },
      },
      frame: { operation: 'delete', message_id: '7', user: 'user_id' },
    },
    {
      clause: 'S4-seen',
      event: { kind: 'Seen', room, messageId: 7, user: 'user_id' },
      frame: { operation: 'seen', message_id: '7', user: 'user_id' },
    },
    {
      clause: 'S4-typing',
      event: { kind: 'TypingChanged', room, user: 'user_id', typing: true },
      frame: { operation: 'typing', user: 'user_id', typing_status: 'typing' },
    },
    {
      clause: 'own-file',
      event: { kind: 'MessageSent', room, message: withFile, seq: 7 },
      frame: {
        operation: 'create',
        message: {
          ...wire,
          type: 'file',
          file: 'notes.pdf',
          file_url: `/api/chats/${room}/files/${fileId}/`,
        },
      },
    },
    {
      clause: 'own-error',
      event: {
        kind: 'Refused',
        room,
        code: 'MESSAGE_NOT_FOUND',
        reason: 'Message not found: it does not exist or was deleted. Load the history again.',
        clientId: 'a1f3-17',
      },
      frame: { operation: 'error', code: 'MESSAGE_NOT_FOUND', client_id: 'a1f3-17' },
    },
  ],
};
