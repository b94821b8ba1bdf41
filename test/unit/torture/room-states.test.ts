import { expect, test } from 'vitest';
import type { Message } from '../../../client/index.ts';
import type { PendingMessage } from '../../../client/pending-changes.ts';
import { checkShown, copyOf } from '../../torture/copy.ts';

const message = (id: number, text: string, more: Partial<Message> = {}): Message => ({
  ...{ message_id: id, text, sender_id: 1, sender_email: 'alice@example.com', status: 'send' },
  ...{ created_at: '2026-03-02T09:15:00.000Z', updated_at: '2026-03-02T09:15:00.000Z' },
  ...more,
});
const pending: PendingMessage = {
  ...{ client_id: 'a', status: 'pending', text: 'soon', sender_id: 1 },
  created_at: '2026-03-02T09:15:00.000Z',
};

test('a copy is what the client shows, without what is pending', () => {
  const messages = [message(4, 'four', { reactions: { '👍': [2, 1] } }), pending];
  expect(copyOf({ messages, hasMore: false })).toEqual({
    messages: new Map([[4, { text: 'four', deleted: false, reactions: ['👍 1', '👍 2'] }]]),
    from: 0,
  });
});

test('a copy that lacks older messages begins with its first', () => {
  expect(copyOf({ messages: [message(4, 'four'), message(5, 'five')], hasMore: true }).from).toBe(4);
  expect(copyOf({ messages: [], hasMore: true }).from).toBe(Infinity);
});

test.each([
  ['one twice', [message(4, 'four'), message(4, 'four')], /^message 4 is there twice/],
  ['one in another’s place', [message(5, 'five'), message(4, 'four')], /^message 4 is .*not in its place/],
  ['one that is still pending', [message(4, 'four'), pending], /^"soon" is pending/],
])('a client that shows %s is found out', (_name, messages, violation) => {
  expect(checkShown({ messages, hasMore: false } as Parameters<typeof checkShown>[0])).toEqual([
    expect.stringMatching(violation),
  ]);
  expect(checkShown({ messages: [message(4, 'four'), message(5, 'five')] })).toEqual([]);
});
