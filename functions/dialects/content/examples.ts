import type { Message } from '../../domain/message.ts';
import { decodes, type Examples, encodes, messageSent } from '../documentation.ts';

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

const send = (text: string) => ({ kind: 'SendMessage', text, type: 'text' }) as const;

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
    decodes('S2-send', { content: 'Your message here' }, send('Your message here')),
    decodes(
      'S2-send, in JavaScript',
      { content: 'Hello everyone! This is a real-time message.' },
      send('Hello everyone! This is a real-time message.'),
    ),
    decodes('S2-send, in Python', { content: 'Hello from Python!' }, send('Hello from Python!')),
    decodes('S2-wscat', { content: 'Test message' }, send('Test message')),
    decodes(
      'S2-rest, the body of send_message',
      { content: 'Message via REST API' },
      send('Message via REST API'),
    ),
    decodes(
      'own-repeat',
      { content: 'Your message here', client_id: 'a1f3-17' },
      { ...send('Your message here'), clientId: 'a1f3-17' },
    ),
  ],
  out: [
    encodes('S2-receive', messageSent(hello), {
      type: 'message',
      message: {
        id: 1,
        chat: 1,
        sender: { id: 1, username: 'alice', email: 'alice@example.com', user_type: 'student' },
        content: 'Hello everyone! This is a real-time message.',
        timestamp: '2025-10-14T08:00:00.000Z',
      },
    }),
    encodes(
      'S2-errors',
      { kind: 'Refused', room: '1', code: 'MUTED', reason: 'Error description' },
      { type: 'error', message: 'Error description' },
    ),
    encodes(
      'S2-errors, empty',
      {
        kind: 'Refused',
        room: '1',
        code: 'EMPTY_TEXT',
        reason: 'Text not accepted: it is empty. Write something.',
      },
      { type: 'error', message: 'Content cannot be empty' },
    ),
    encodes('own-file', messageSent(photo), {
      type: 'message',
      message: { id: 2, file: 'board.png', file_type: 'image/png' },
    }),
  ],
};
