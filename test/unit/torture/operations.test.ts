import { expect, test } from 'vitest';
import { asksFor, type Deed } from '../../torture/operations.ts';

const about = { name: 'c0-1', clientId: '', user: '1001', room: '101' } as const;
const send: Deed = { ...about, kind: 'send', text: 'hello' };
const edit: Deed = { ...about, kind: 'edit', message: 4, text: 'hello' };
const removal: Deed = { ...about, kind: 'delete', message: 4 };
const heart: Deed = { ...about, kind: 'react', message: 4, emoji: '👍' };

test.each([
  ['says the same', { action: 'send', room_id: '101', message: 'hello' }, send],
  ['edits the same', { action: 'edit', room_id: 101, message_id: 4, text: 'hello' }, edit],
  ['deletes the same', { action: 'delete', room_id: '101', message_id: 4 }, removal],
  ['reacts alike', { action: 'react', room_id: '101', message_id: 4, emoji: '👍', remove: false }, heart],
])('a frame that %s asks for a deed', (_name, frame, deed) => {
  expect(asksFor(frame, deed)).toBe(true);
});

test.each([
  ['says something else', { action: 'send', room_id: '101', message: 'bye' }, send],
  ['speaks elsewhere', { action: 'send', room_id: '102', message: 'hello' }, send],
  ['is about another message', { action: 'delete', room_id: '101', message_id: 5 }, removal],
  ['takes back', { action: 'react', room_id: '101', message_id: 4, emoji: '👍', remove: true }, heart],
  ['does something else', { action: 'delete', room_id: '101', message_id: 4 }, heart],
])('a frame that %s does not', (_name, frame, deed) => {
  expect(asksFor(frame, deed)).toBe(false);
});
