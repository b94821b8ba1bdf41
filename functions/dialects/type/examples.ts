import type { User } from '../../domain/member.ts';
import type { Message } from '../../domain/message.ts';
import type { Examples } from '../documentation.ts';

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
    {
      clause: 'S3-send',
      frame: { type: 'chat_message', message: 'Hello, world!', receiver_id: 'optional-user-uuid' },
      command: { kind: 'SendMessage', text: 'Hello, world!', type: 'text', receiver: 'optional-user-uuid' },
    },
    {
      clause: 'S3-send, in JavaScript',
      frame: { type: 'chat_message', message: 'Hello from JavaScript!', receiver_id: null },
      command: { kind: 'SendMessage', text: 'Hello from JavaScript!', type: 'text' },
    },
    {
      clause: 'own-repeat',
      frame: { type: 'chat_message', message: 'Hello, world!', client_id: 'a1f3-17' },
      command: { kind: 'SendMessage', text: 'Hello, world!', type: 'text', clientId: 'a1f3-17' },
    },
  ],
  out: [
    {
      clause: 'S3-receive',
      event: { kind: 'MessageSent', room, message: hello, seq: 1 },
      frame: {
        type: 'chat_message',
        message: 'Hello, world!',
        sender_id: 'sender-uuid',
        sender_username: 'sender_username',
        message_id: 'd2c91916-c3cf-5d86-b470-d77784495989',
        timestamp: '2024-01-01T12:00:00.000Z',
        receiver_id: 'receiver-uuid',
      },
    },
    {
      clause: 'S3-confirmation',
      event: {
        kind: 'Connected',
        room,
        user: { id: 'user-uuid', username: 'username', email: '', userType: '' },
        messages: [],
      },
      frame: {
        type: 'connection_established',
        message: 'Connected to chat room chat-room-uuid',
        user_id: 'user-uuid',
        username: 'username',
      },
    },
    {
      clause: 'S3-errors',
      event: { kind: 'Refused', room, code: 'MUTED', reason: 'Error description' },
      frame: { type: 'error', message: 'Error description' },
    },
    {
      clause: 'S3-close, 4001',
      event: { kind: 'HandshakeRefused', room: '', code: 'UNAUTHENTICATED' },
      frame: { type: 'error', code: 4001, message: 'Unauthorized' },
    },
    {
      clause: 'S3-close, 4003',
      event: { kind: 'HandshakeRefused', room: '', code: 'NOT_A_MEMBER' },
      frame: { type: 'error', code: 4003, message: 'Not a member of the chat room' },
    },
    {
      clause: 'own-file',
      event: { kind: 'MessageSent', room, message: photo, seq: 2 },
      frame: { type: 'chat_message', file: 'board.png', file_type: 'image/png', file_size: 48_213 },
    },
  ],
};
