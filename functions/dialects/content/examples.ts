import type { Message } from '../../domain/message.ts';
import type { Examples } from '../documentation.ts';

const hello: Message = {
  id: 1,
  room: '1',
  author: { id: '1', username: 'alice', email: 'alice@example.com', userType: 'student' },
  text: 'Hello everyone! This is a real-time message.',
  type: 'text',
  status: 'sent',
  createdAt: '2025-10-14T08:00:00.000Z',
  updatedAt: '2025-10-14T08:00:00.000Z',
  revision: 1,
};

const sent = (text: string) => ({ kind: 'SendMessage', text, type: 'text' }) as const;

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

/** All frames that S2 shows, and Parley's own. */
export const contentExamples: Examples = {
  in: [
    { clause: 'S2-send', frame: { content: 'Your message here' }, command: sent('Your message here') },
    {
      clause: 'S2-send, in JavaScript',
      frame: { content: 'Hello everyone! This is a real-time message.' },
      command: sent('Hello everyone! This is a real-time message.'),
    },
    {
      clause: 'S2-send, in Python',
      frame: { content: 'Hello from Python!' },
      command: sent('Hello from Python!'),
    },
    { clause: 'S2-wscat', frame: { content: 'Test message' }, command: sent('Test message') },
    {
      clause: 'S2-rest, the body of send_message',
      frame: { content: 'Message via REST API' },
      command: sent('Message via REST API'),
    },
    {
      clause: 'own-repeat',
      frame: { content: 'Your message here', client_id: 'a1f3-17' },
      command: { ...sent('Your message here'), clientId: 'a1f3-17' },
    },
  ],
  out: [
    {
      clause: 'S2-receive',
      event: { kind: 'MessageSent', room: '1', message: hello, seq: 1 },
      frame: {
        type: 'message',
        message: {
          id: 1,
          chat: 1,
          sender: { id: 1, username: 'alice', email: 'alice@example.com', user_type: 'student' },
          content: 'Hello everyone! This is a real-time message.',
          timestamp: '2025-10-14T08:00:00.000Z',
        },
      },
    },
    {
      clause: 'S2-errors',
      event: { kind: 'Refused', room: '1', code: 'MUTED', reason: 'Error description' },
      frame: { type: 'error', message: 'Error description' },
    },
    {
      clause: 'S2-errors, empty',
      event: {
        kind: 'Refused',
        room: '1',
        code: 'EMPTY_TEXT',
        reason: 'Text not accepted: it is empty. Write something.',
      },
      frame: { type: 'error', message: 'Content cannot be empty' },
    },
    {
      clause: 'own-file',
      event: { kind: 'MessageSent', room: '1', message: photo, seq: 2 },
      frame: { type: 'message', message: { id: 2, file: 'board.png', file_type: 'image/png' } },
    },
  ],
};
