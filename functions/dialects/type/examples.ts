import type { User } from '../../domain/member.ts';
import type { Message } from '../../domain/message.ts';
import { decodes, type Examples, encodes, messageSent } from '../documentation.ts';

const sender: User = { id: 'sender-uuid', username: 'sender_username', email: '', userType: '' };

const hello: Message = {
  id: 1,
  room: 'chat-room-uuid',
  author: sender,
  text: 'Hello, world!',
  type: 'text',
  receiver: 'receiver-uuid',
  status: 'sent',
  createdAt: '2024-01-01T12:00:00.000Z',
  updatedAt: '2024-01-01T12:00:00.000Z',
  revision: 1,
};

const room = 'chat-room-uuid';

const photo: Message = {
  ...hello,
  id: 2,
  text: 'The board after the lesson',
  type: 'image',
  file: {
    id: '0b9d7c1e-5a53-4a52-9c3f-6b2a54f0d7a1',
    name: 'board.png',
    contentType: 'image/png',
    size: 48_213,
  },
};

/** All frames that S3 shows, and Parley's own. */
export const typeExamples: Examples = {
  in: [
    decodes(
      'S3-send',
      { type: 'chat_message', message: 'Hello, world!', receiver_id: 'optional-user-uuid' },
      { kind: 'SendMessage', text: 'Hello, world!', type: 'text', receiver: 'optional-user-uuid' },
    ),
    decodes(
      'S3-send, in JavaScript',
      { type: 'chat_message', message: 'Hello from JavaScript!', receiver_id: null },
      { kind: 'SendMessage', text: 'Hello from JavaScript!', type: 'text' },
    ),
    decodes(
      'own-repeat',
      { type: 'chat_message', message: 'Hello, world!', client_id: 'a1f3-17' },
      { kind: 'SendMessage', text: 'Hello, world!', type: 'text', clientId: 'a1f3-17' },
    ),
  ],
  out: [
    encodes('S3-receive', messageSent(hello), {
      type: 'chat_message',
      message: 'Hello, world!',
      sender_id: 'sender-uuid',
      sender_username: 'sender_username',
      message_id: 'd2c91916-c3cf-5d86-b470-d77784495989',
      timestamp: '2024-01-01T12:00:00.000Z',
      receiver_id: 'receiver-uuid',
    }),
    encodes(
      'S3-confirmation',
      {
        kind: 'Connected',
        room,
        user: { id: 'user-uuid', username: 'username', email: '', userType: '' },
        messages: [],
      },
      {
        type: 'connection_established',
        message: 'Connected to chat room chat-room-uuid',
        user_id: 'user-uuid',
        username: 'username',
      },
    ),
    encodes(
      'S3-errors',
      { kind: 'Refused', room, code: 'MUTED', reason: 'Error description' },
      { type: 'error', message: 'Error description' },
    ),
    encodes(
      'S3-close, 4001',
      { kind: 'HandshakeRefused', room: '', code: 'UNAUTHENTICATED' },
      { type: 'error', code: 4001, message: 'Unauthorized' },
    ),
    encodes(
      'S3-close, 4003',
      { kind: 'HandshakeRefused', room: '', code: 'NOT_A_MEMBER' },
      { type: 'error', code: 4003, message: 'Not a member of the chat room' },
    ),
    encodes('own-file', messageSent(photo), {
      type: 'chat_message',
      file: 'board.png',
      file_type: 'image/png',
      file_size: 48_213,
    }),
  ],
};
