import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Room } from '../../client/index.ts';
import { ReadMark } from '../../web/timeline/read-mark.ts';

/** A live room. The messages with the ids from `oldest` to `newest` are loaded. User 2 wrote them. */
function roomWith(oldest: number, newest: number, { hasMore = true, seen = 0 } = {}) {
  const messages = Array.from({ length: newest - oldest + 1 }, (_, index) => ({
    message_id: oldest + index,
    sender_id: 2,
    text: '',
    created_at: '',
    status: 'send',
  }));
  const sent = vi.fn(async () => {});
  const room = { messages, hasMore, state: 'live', seenBy: new Map([['1', seen]]), seen: sent };
  const mark = new ReadMark(room as unknown as Room, '1');
  onTestFinished(() => mark.stop());
  return { mark, sent };
}

beforeEach(() => {
  vi.stubGlobal('document', { visibilityState: 'visible', hasFocus: () => true });
});

test('starts before the unread messages that the list counts', () => {
  const { mark } = roomWith(51, 100);
  expect(mark.start({ unread: 20, unread_capped: false })).toBe(true);
  expect(mark.id).toBe(80);
});

test('needs older messages when more messages are unread than are loaded', () => {
  const { mark } = roomWith(51, 100);
  expect(mark.start({ unread: 52, unread_capped: false })).toBe(false);
  expect(mark.id).toBe(0);
  const { mark: atStart } = roomWith(51, 100, { hasMore: false });
  expect(atStart.start({ unread: 52, unread_capped: false })).toBe(true);
  expect(atStart.id).toBe(50);
});

test('starts from nothing read when the list did not count all unread messages', () => {
  const { mark } = roomWith(51, 200);
  expect(mark.start({ unread: 99, unread_capped: true })).toBe(true);
  expect(mark.id).toBe(0);
});

test('marks nothing as read while the first unread message is not loaded, until the user is at the end', () => {
  const { mark, sent } = roomWith(51, 100, { seen: 10 });
  expect(mark.show(60, false)).toBe(false);
  expect(sent).not.toHaveBeenCalled();
  expect(mark.show(100, true)).toBe(true);
  expect(sent).toHaveBeenCalledWith(100);
  expect(roomWith(11, 100, { seen: 10 }).mark.show(60, false)).toBe(true);
});

test('marks nothing as read while the window has no focus, as in other chat apps', () => {
  const { mark, sent } = roomWith(1, 10, { hasMore: false });
  vi.stubGlobal('document', { visibilityState: 'visible', hasFocus: () => false });
  expect(mark.show(10, true)).toBe(false);
  vi.stubGlobal('document', { visibilityState: 'visible', hasFocus: () => true });
  expect(mark.show(10, true)).toBe(true);
  expect(sent).toHaveBeenCalledWith(10);
});
