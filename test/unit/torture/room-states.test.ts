import { expect, test } from 'vitest';
import type { Message } from '../../../client/index.ts';
import type { PendingMessage } from '../../../client/pending-changes.ts';
import { checkTimeline, copyOf } from '../../torture/room-states.ts';

const message = (id: number, text: string, more: Partial<Message> = {}): Message => ({
  ...{ message_id: id, text, sender_id: 1, sender_email: 'alice@example.com', status: 'send' },
  ...{ created_at: '2026-03-02T09:15:00.000Z', updated_at: '2026-03-02T09:15:00.000Z' },
  ...more,
});
const pending: PendingMessage = {
  ...{ client_id: 'a', status: 'pending', text: 'soon', sender_id: 1 },
  created_at: '2026-03-02T09:15:00.000Z',
};

test('copies the stored messages that a client shows, without pending ones', () => {
  const messages = [message(4, 'four', { reactions: { '👍': [2, 1] } }), pending];
  expect(copyOf({ messages, hasMore: false })).toEqual({
    messages: new Map([[4, { text: 'four', deleted: false, reactions: ['👍 1', '👍 2'] }]]),
    from: 0,
  });
});

test('starts a copy at its first message while older ones are not loaded', () => {
  expect(copyOf({ messages: [message(4, 'four'), message(5, 'five')], hasMore: true }).from).toBe(4);
  expect(copyOf({ messages: [], hasMore: true }).from).toBe(Infinity);
});

test.each([
  ['a message twice', [message(4, 'four'), message(4, 'four')], /^message 4 is shown twice/],
  ['messages out of order', [message(5, 'five'), message(4, 'four')], /^message 4 is .*out of order/],
  ['a pending message', [message(4, 'four'), pending], /^"soon" is still pending/],
])('reports a client that shows %s', (_name, messages, violation) => {
  expect(checkTimeline({ messages, hasMore: false } as Parameters<typeof checkTimeline>[0])).toEqual([
    expect.stringMatching(violation),
  ]);
  expect(checkTimeline({ messages: [message(4, 'four'), message(5, 'five')] })).toEqual([]);
});
