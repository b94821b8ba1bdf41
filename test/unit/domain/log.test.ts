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

const said = (id: number, overrides = {}): LogEntry => ({
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

describe('the messages that are left of a log', () => {
  test('are in its order, without the changes between them', () => {
    const left = currentMessages([
      said(4),
      edit(3, 1, 'new'),
      said(2),
      said(1, { text: 'new', revision: 3 }),
    ]);
    expect(left.map(({ id, text }) => [id, text])).toEqual([
      [4, 'message 4'],
      [2, 'message 2'],
      [1, 'new'],
    ]);
  });

  test('show an edit whose function ended before it reached the message', () => {
    const [message] = currentMessages([edit(3, 1, 'newest'), edit(2, 1, 'newer'), said(1)]);
    expect(message).toMatchObject({ text: 'newest', revision: 3, editedAt: '2025-02-16T13:00:00.000Z' });
  });

  test('leave out a deleted message, also before its tombstone is written', () => {
    expect(currentMessages([removal(2, 1), said(1)])).toEqual([]);
    expect(currentMessages([said(1, { deletedAt: '2025-02-16T13:00:00.000Z', text: '' })])).toEqual([]);
  });

  test('do not come back by an edit that was made at the same time as a delete', () => {
    expect(currentMessages([edit(3, 1, 'late'), removal(2, 1), said(1)])).toEqual([]);
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

  test('count also where the message does not show them yet, the latest of each user', () => {
    const [message] = currentMessages([reaction(4, '2', true), reaction(3, '3'), reaction(2, '2'), said(1)]);
    expect(message?.reactions).toEqual({ '👍': ['3'] });
  });

  test('with a name that every object has do no harm', () => {
    for (const emoji of ['__proto__', 'constructor']) {
      const [message] = currentMessages([{ ...reaction(2, '2'), emoji }, said(1)]);
      expect(Object.entries(message?.reactions ?? {})).toEqual([[emoji, ['2']]]);
    }
  });

  test('that were all taken back leave nothing behind', () => {
    const [message] = currentMessages([reaction(3, '2', true), said(1, { reactions: { '👍': ['2'] } })]);
    expect(message).not.toHaveProperty('reactions');
  });
});

test('an edit does not undo a later one', () => {
  const message = messageOf({ revision: 9, text: 'ninth' });
  expect(withChange(message, edit(8, 1, 'eighth'))).toBe(message);
});
