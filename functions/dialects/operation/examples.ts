import type { Message } from '../../domain/message.ts';
import { decodes, type Examples, encodes, messageChanged, messageSent } from '../documentation.ts';

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

const fileId = '0b9d7c1e-5a53-4a52-9c3f-6b2a54f0d7a1';

const withFile: Message = {
  ...message,
  type: 'file',
  file: { id: fileId, name: 'notes.pdf', contentType: 'application/pdf', size: 48_213 },
};

/** All frames that S4 shows, with its placeholders filled in, and Parley's own. */
export const operationExamples: Examples = {
  in: [
    decodes(
      'S4-create',
      { operation: 'create', user: 'user_id', type: 'text', body: 'Message content' },
      { kind: 'SendMessage', text: 'Message content', type: 'text' },
    ),
    decodes(
      'S4-delete',
      { operation: 'delete', user: 'user_id', message_id: '7' },
      { kind: 'DeleteMessage', message: 7 },
    ),
    decodes(
      'S4-update',
      { operation: 'update', user: 'user_id', message_id: '7', body: 'Updated message content' },
      { kind: 'EditMessage', message: 7, text: 'Updated message content' },
    ),
    decodes(
      'S4-reply',
      { operation: 'reply', user: 'user_id', message_id: '7', type: 'text', body: 'Reply content' },
      { kind: 'SendMessage', text: 'Reply content', type: 'text', replyTo: 7 },
    ),
    decodes(
      'S4-seen',
      { operation: 'seen', user: 'user_id', message_id: '7' },
      { kind: 'MarkSeen', message: 7 },
    ),
    decodes(
      'S4-typing',
      { operation: 'typing', user: 'user_id', typing_status: 'typing' },
      { kind: 'SetTyping', typing: true },
    ),
    decodes(
      'S4-typing, stopped',
      { operation: 'typing', user: 'user_id', typing_status: 'not_typing' },
      { kind: 'SetTyping', typing: false },
    ),
    decodes(
      'own-file',
      { operation: 'create', type: 'file', file: 'SGVsbG8K', file_name: 'hello.txt', client_id: 'a1f3-17' },
      {
        kind: 'SendMessage',
        text: '',
        type: 'file',
        file: { kind: 'inline', data: 'SGVsbG8K', name: 'hello.txt' },
        clientId: 'a1f3-17',
      },
    ),
    decodes(
      'own-file, an update with an uploaded file',
      { operation: 'update', message_id: '7', body: 'Updated message content', file: fileId },
      {
        kind: 'EditMessage',
        message: 7,
        text: 'Updated message content',
        file: { kind: 'uploaded', id: fileId },
      },
    ),
  ],
  out: [
    encodes('S4-create', messageSent(message), { operation: 'create', message: wire }),
    encodes('S4-reply', messageSent(reply), {
      operation: 'reply',
      message: { ...wire, id: '8', reply_to: '7' },
    }),
    encodes('S4-update', messageChanged(updated, { kind: 'edit', by: 'user_id', seq: 9 }), {
      operation: 'update',
      message: { ...wire, body: 'Updated message content' },
    }),
    encodes(
      'S4-delete',
      messageChanged({ ...message, text: '' }, { kind: 'delete', by: 'user_id', seq: 10 }),
      { operation: 'delete', message_id: '7', user: 'user_id' },
    ),
    encodes(
      'S4-seen',
      { kind: 'Seen', room, messageId: 7, user: 'user_id' },
      { operation: 'seen', message_id: '7', user: 'user_id' },
    ),
    encodes(
      'S4-typing',
      { kind: 'TypingChanged', room, user: 'user_id', typing: true },
      { operation: 'typing', user: 'user_id', typing_status: 'typing' },
    ),
    encodes('own-file', messageSent(withFile), {
      operation: 'create',
      message: { ...wire, type: 'file', file: 'notes.pdf', file_url: `/api/chats/${room}/files/${fileId}/` },
    }),
    encodes(
      'own-error',
      {
        kind: 'Refused',
        room,
        code: 'MESSAGE_NOT_FOUND',
        reason: 'Message not found: it does not exist or was deleted. Load the history again.',
        clientId: 'a1f3-17',
      },
      { operation: 'error', code: 'MESSAGE_NOT_FOUND', client_id: 'a1f3-17' },
    ),
  ],
};
