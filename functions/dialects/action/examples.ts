import type { Message } from '../../domain/message.ts';
import { decodes, type Examples, encodes, messageChanged, messageSent } from '../documentation.ts';
import { actionOwnExamples } from './own-examples.ts';

const hello: Message = {
  id: 1,
  room: '1',
  author: { id: '1', username: 'alice', email: 'user1@example.com', userType: '' },
  text: 'Hello, how are you?',
  type: 'text',
  status: 'sent',
  createdAt: '2025-02-16T12:34:56.789Z',
  updatedAt: '2025-02-16T12:34:56.789Z',
  revision: 1,
};

const thanks: Message = {
  ...hello,
  id: 2,
  author: { id: '2', username: 'bob', email: 'user2@example.com', userType: '' },
  text: "I'm good, thanks!",
};

const helloFrame = {
  text: 'Hello, how are you?',
  message_id: 1,
  sender_id: 1,
  created_at: '2025-02-16T12:34:56.789Z',
  updated_at: '2025-02-16T12:34:56.789Z',
};

const edited: Message = { ...hello, id: 63, text: 'new message', revision: 64 };

const older = (id: number, text: string, user: 1 | 2, createdAt: string, updatedAt: string): Message => ({
  ...(user === 1 ? hello : thanks),
  id,
  text,
  status: 'read',
  createdAt,
  updatedAt,
});

/** S1's history, with times in milliseconds. */
const history = [
  older(45, 'hello', 1, '2025-02-18T18:28:52.258Z', '2025-02-18T18:28:52.258Z'),
  older(44, 'hello', 1, '2025-02-16T21:20:22.998Z', '2025-02-16T21:20:22.998Z'),
  older(43, 'hello', 2, '2025-02-16T20:50:16.726Z', '2025-02-21T16:57:26.073Z'),
];

const bare = { kind: 'SendMessage', type: 'text' } as const;

/** All frames that S0 and S1 show, and Parley's own. */
export const actionExamples: Examples = {
  in: [
    decodes('S0-send', { message: 'Hello, how are you?' }, { ...bare, text: 'Hello, how are you?' }),
    decodes(
      'S0-postman',
      { message: 'Hello, this is a test message!' },
      { ...bare, text: 'Hello, this is a test message!' },
    ),
    decodes('S0-frontend', { message: 'Hello from frontend!' }, { ...bare, text: 'Hello from frontend!' }),
    decodes(
      'S1-send',
      { action: 'send', message: 'Hello, how are you?' },
      { ...bare, text: 'Hello, how are you?' },
    ),
    decodes(
      'S1-edit',
      { action: 'edit', message_id: 63, text: 'new message' },
      { kind: 'EditMessage', message: 63, text: 'new message' },
    ),
    decodes('S1-delete', { action: 'delete', message_id: 63 }, { kind: 'DeleteMessage', message: 63 }),
    decodes(
      'S1-delete, with a string id as its page sends it',
      { action: 'delete', message_id: '63' },
      { kind: 'DeleteMessage', message: 63 },
    ),
    ...actionOwnExamples.in,
  ],
  out: [
    encodes('S0-broadcast', messageSent(hello), { type: 'chat_message', message_id: 1 }),
    encodes('S0-send and S1-send, the message', messageSent(hello), {
      type: 'chat_message',
      message: { ...helloFrame, status: 'send' },
    }),
    encodes(
      'S0-delivered and S1-send, delivered',
      { kind: 'MessageDelivered', room: '1', message: { ...hello, status: 'delivered' } },
      { type: 'mark_message_as_delivered', message: { ...helloFrame, status: 'delivered' } },
    ),
    encodes(
      'S0-read and S1-send, read',
      { kind: 'MessageRead', room: '1', message: { ...hello, status: 'read' } },
      { type: 'mark_message_as_read', message: { ...helloFrame, status: 'read' } },
    ),
    encodes('S0-history', { kind: 'Connected', room: '1', user: hello.author, messages: [hello, thanks] }, [
      { text: 'Hello, how are you?', sender_email: 'user1@example.com' },
      { text: "I'm good, thanks!", sender_email: 'user2@example.com' },
    ]),
    encodes(
      'S0-errors and S1-errors, when the history cannot be read',
      { kind: 'Connected', room: '1', user: hello.author, messages: [] },
      [],
    ),
    encodes(
      'S1-history',
      { kind: 'Connected', room: '1', user: hello.author, messages: history },
      history.map((message) => ({
        message_id: message.id,
        text: 'hello',
        sender_email: message.author.email,
        status: 'read',
        created_at: message.createdAt,
        updated_at: message.updatedAt,
      })),
    ),
    encodes('S1-edit', messageChanged(edited, { kind: 'edit', by: '1', seq: 64 }), {
      type: 'message_edited',
      message_id: 63,
      text: 'new message',
    }),
    encodes(
      'S1-delete',
      messageChanged({ ...hello, id: 63, text: '' }, { kind: 'delete', by: '1', seq: 65 }),
      { type: 'message_deleted', message_id: 63 },
    ),
    ...actionOwnExamples.out,
  ],
};
