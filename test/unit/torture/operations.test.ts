import { expect, test } from 'vitest';
import { type Operation, requestsOperation } from '../../torture/operations.ts';

const about = { name: 'c0-1', clientId: '', user: '1001', room: '101' } as const;
const send: Operation = { ...about, kind: 'send', text: 'hello' };
const edit: Operation = { ...about, kind: 'edit', message: 4, text: 'hello' };
const deletion: Operation = { ...about, kind: 'delete', message: 4 };
const reaction: Operation = { ...about, kind: 'react', message: 4, emoji: '👍' };

test.each([
  ['sends the same text', { action: 'send', room_id: '101', message: 'hello' }, send],
  ['makes the same edit', { action: 'edit', room_id: 101, message_id: 4, text: 'hello' }, edit],
  ['deletes the same message', { action: 'delete', room_id: '101', message_id: 4 }, deletion],
  [
    'adds the same reaction',
    { action: 'react', room_id: '101', message_id: 4, emoji: '👍', remove: false },
    reaction,
  ],
])('recognizes the operation in a frame that %s', (_name, frame, operation) => {
  expect(requestsOperation(frame, operation)).toBe(true);
});

test.each([
  ['sends another text', { action: 'send', room_id: '101', message: 'bye' }, send],
  ['sends to another room', { action: 'send', room_id: '102', message: 'hello' }, send],
  ['deletes another message', { action: 'delete', room_id: '101', message_id: 5 }, deletion],
  [
    'removes the reaction instead',
    { action: 'react', room_id: '101', message_id: 4, emoji: '👍', remove: true },
    reaction,
  ],
  ['has another action', { action: 'delete', room_id: '101', message_id: 4 }, reaction],
])('does not recognize the operation in a frame that %s', (_name, frame, operation) => {
  expect(requestsOperation(frame, operation)).toBe(false);
});
