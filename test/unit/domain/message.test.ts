import { describe, expect, test } from 'vitest';
import {
  currentMessages,
  type Deletion,
  type Edit,
  type LogEntry,
  type Reaction,
  withChange,
} from '../../../functions/domain/message.ts';
import { messageOf } from '../../support/sample.ts';

const sent = (id: number, overrides = {}): LogEntry => ({
  kind: 'message',
  message: messageOf({ id, revision: id, text: `message ${id}`, ...overrides }),
});
const edit = (seq: number, message: number, text: string): Edit => ({
  kind: 'edit',
  seq,
  message,
  by: '1',
  text,
  at: '2025-02-16T13:00:00.000Z',
});
const removal = (seq: number, message: number): Deletion => ({
  kind: 'delete',
  seq,
  message,
  by: '1',
  at: '2025-02-16T13:00:00.000Z',
});

describe('currentMessages', () => {
  test('returns the messages in order, without the changes between them', () => {
    const left = currentMessages([
      sent(4),
      edit(3, 1, 'new'),
      sent(2),
      sent(1, { text: 'new', revision: 3 }),
    ]);
    expect(left.map(({ id, text }) => [id, text])).toEqual([
      [4, 'message 4'],
      [2, 'message 2'],
      [1, 'new'],
    ]);
  });

  test('applies an edit that its message does not contain yet', () => {
    const [message] = currentMessages([edit(3, 1, 'newest'), edit(2, 1, 'newer'), sent(1)]);
    expect(message).toMatchObject({ text: 'newest', revision: 3, editedAt: '2025-02-16T13:00:00.000Z' });
  });

  test('omits a deleted message, even before its tombstone is written', () => {
    expect(currentMessages([removal(2, 1), sent(1)])).toEqual([]);
    expect(currentMessages([sent(1, { deletedAt: '2025-02-16T13:00:00.000Z', text: '' })])).toEqual([]);
  });

  test('omits a deleted message despite a concurrent edit', () => {
    expect(currentMessages([edit(3, 1, 'late'), removal(2, 1), sent(1)])).toEqual([]);
  });
});

describe('reactions', () => {
  const reaction = (seq: number, by: string, removed = false): Reaction => ({
    kind: 'react',
    seq,
    message: 1,
    by,
    emoji: '👍',
    removed,
    at: '2025-02-16T13:00:00.000Z',
  });

  test('are applied if the message does not contain them yet, the latest of each user', () => {
    const [message] = currentMessages([reaction(4, '2', true), reaction(3, '3'), reaction(2, '2'), sent(1)]);
    expect(message?.reactions).toEqual({ '👍': { count: 1, users: ['3'] } });
  });

  test('accept the names of built-in object properties', () => {
    for (const emoji of ['__proto__', 'constructor']) {
      const [message] = currentMessages([{ ...reaction(2, '2'), emoji }, sent(1)]);
      expect(Object.entries(message?.reactions ?? {})).toEqual([[emoji, { count: 1, users: ['2'] }]]);
    }
  });

  test('that the message is known to hold are not applied again', () => {
    const [message] = currentMessages([reaction(2, '2'), reaction(3, '3'), sent(1)], ({ seq }) => seq === 2);
    expect(message?.reactions).toEqual({ '👍': { count: 1, users: ['3'] } });
  });

  test('are absent from the message once all are removed', () => {
    const [message] = currentMessages([
      reaction(3, '2', true),
      sent(1, { reactions: { '👍': { count: 1, users: ['2'] } } }),
    ]);
    expect(message).not.toHaveProperty('reactions');
  });
});

test('an edit does not replace a later edit', () => {
  const message = messageOf({ revision: 9, text: 'ninth' });
  expect(withChange(message, edit(8, 1, 'eighth'))).toBe(message);
});
