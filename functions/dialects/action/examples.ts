import type { Message } from '../../domain/message.ts';
import type { Examples } from '../documentation.ts';
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

const change = { message: 63, by: '1', at: '2025-02-16T12:34:56.789Z' };

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
    {
      clause: 'S0-send',
      frame: { message: 'Hello, how are you?' },
      command: { ...bare, text: 'Hello, how are you?' },
    },
    {
      clause: 'S0-postman',
      frame: { message: 'Hello, this is a test message!' },
      command: { ...bare, text: 'Hello, this is a test message!' },
    },
    {
      clause: 'S0-frontend',
      frame: { message: 'Hello from frontend!' },
      command: { ...bare, text: 'Hello from frontend!' },
    },
    {
      clause: 'S1-send',
      frame: { action: 'send', message: 'Hello, how are you?' },
      command: { ...bare, text: 'Hello, how are you?' },
    },
    {
      clause: 'S1-edit',
      frame: { action: 'edit', message_id: 63, text: 'new message' },
      command: { kind: 'EditMessage', message: 63, text: 'new message' },
    },
    {
      clause: 'S1-delete',
      frame: { action: 'delete', message_id: 63 },
      command: { kind: 'DeleteMessage', message: 63 },
    },
    {
      clause: 'S1-delete, with a string id as its page sends it',
      frame: { action: 'delete', message_id: '63' },
      command: { kind: 'DeleteMessage', message: 63 },
    },
    ...actionOwnExamples.in,
  ],
  out: [
    {
      clause: 'S0-broadcast',
      event: { kind: 'MessageSent', room: '1', message: hello, seq: 1 },
      frame: { type: 'chat_message', message_id: 1 },
    },
    {
      clause: 'S0-send and S1-send, the message',
      event: { kind: 'MessageSent', room: '1', message: hello, seq: 1 },
      frame: { type: 'chat_message', message: { ...helloFrame, status: 'send' } },
    },
    {
      clause: 'S0-delivered and S1-send, delivered',
      event: { kind: 'MessageDelivered', room: '1', message: { ...hello, status: 'delivered' } },
      frame: { type: 'mark_message_as_delivered', message: { ...helloFrame, status: 'delivered' } },
    },
    {
      clause: 'S0-read and S1-send, read',
      event: { kind: 'MessageRead', room: '1', message: { ...hello, status: 'read' } },
      frame: { type: 'mark_message_as_read', message: { ...helloFrame, status: 'read' } },
    },
    {
      clause: 'S0-history',
      event: { kind: 'Connected', room: '1', user: hello.author, messages: [hello, thanks] },
      frame: [
        { text: 'Hello, how are you?', sender_email: 'user1@example.com' },
        { text: "I'm good, thanks!", sender_email: 'user2@example.com' },
      ],
    },
    {
      clause: 'S0-errors and S1-errors, when the history cannot be read',
      event: { kind: 'Connected', room: '1', user: hello.author, messages: [] },
      frame: [],
    },
    {
      clause: 'S1-history',
      event: { kind: 'Connected', room: '1', user: hello.author, messages: history },
      frame: history.map((message) => ({
        message_id: message.id,
        text: 'hello',
        sender_email: message.author.email,
        status: 'read',
        created_at: message.createdAt,
        updated_at: message.updatedAt,
      })),
    },
    {
      clause: 'S1-edit',
      event: {
        kind: 'MessageChanged',
        room: '1',
        message: edited,
        change: { ...change, kind: 'edit', seq: 64 },
      },
      frame: { type: 'message_edited', message_id: 63, text: 'new message' },
    },
    {
      clause: 'S1-delete',
      event: {
        kind: 'MessageChanged',
        room: '1',
        message: { ...hello, id: 63, text: '' },
        change: { ...change, kind: 'delete', seq: 65 },
      },
      frame: { type: 'message_deleted', message_id: 63 },
    },
    ...actionOwnExamples.out,
  ],
};
