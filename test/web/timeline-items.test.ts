import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Room } from '../../client/index.ts';
import { type Entry, entryOf } from '../../web/timeline/entry.ts';
import { ReadMark } from '../../web/timeline/read-mark.ts';
import { countUnread, firstUnread, timelineItems } from '../../web/timeline/timeline-items.ts';
import { dayName, fileSize, joinNames, lastSeen } from '../../web/ui/format.ts';

/** 10:30 UTC. Fifteen minutes later, it is still the same day in every time zone with whole hours. */
const MORNING = Date.UTC(2025, 1, 16, 10, 30);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const entry = (id: number, author: string, at = MORNING + id * MINUTE_MS): Entry => ({
  key: `m${id}`,
  state: 'stored',
  id,
  author,
  text: `Message ${id}`,
  at: new Date(at).toISOString(),
  type: 'text',
});

const shape = (entries: readonly Entry[], unreadAfter?: number) =>
  timelineItems(entries, { divided: firstUnread(entries, unreadAfter, '1')?.key }).map((item) =>
    item.kind === 'entry' ? [item.key, item.first] : item.kind,
  );

describe('a timeline', () => {
  test('shows the author once for consecutive messages', () => {
    expect(shape([entry(1, '2'), entry(2, '2'), entry(3, '1'), entry(4, '2')])).toEqual([
      'day',
      ['m1', true],
      ['m2', false],
      ['m3', true],
      ['m4', true],
    ]);
  });

  test('shows the author again after five minutes', () => {
    expect(shape([entry(1, '2'), entry(7, '2')])).toEqual(['day', ['m1', true], ['m7', true]]);
  });

  test('continues below the messages above the first one', () => {
    const [above, below] = [entry(1, '2'), entry(2, '2')];
    const items = timelineItems([below], { before: above });
    expect(items).toEqual([{ kind: 'entry', key: 'm2', entry: below, first: false }]);
  });

  test('starts each day with its name', () => {
    const next = entry(2, '2', MORNING + DAY_MS);
    expect(shape([entry(1, '2'), next])).toEqual(['day', ['m1', true], 'day', ['m2', true]]);
  });

  test('puts the unread divider before the first new message of another member', () => {
    const entries = [entry(1, '2'), entry(2, '1'), entry(3, '2'), entry(4, '2')];
    expect(shape(entries, 1)).toEqual([
      'day',
      ['m1', true],
      ['m2', true],
      'unread',
      ['m3', true],
      ['m4', false],
    ]);
    expect(shape(entries.slice(0, 2), 1)).not.toContain('unread');
    expect([
      countUnread(entries, 1, '1'),
      countUnread(entries, 3, '1'),
      countUnread(entries, 4, '1'),
    ]).toEqual([2, 1, 0]);
    expect(shape(entries)).not.toContain('unread');
  });

  test('has no unread divider while the first unread message is not loaded', () => {
    const loaded = [entry(10, '2'), entry(11, '2')];
    expect(firstUnread(loaded, 3, '1', true)).toBeUndefined();
    expect(firstUnread(loaded, 9, '1', true)).toBe(loaded[0]);
    expect(firstUnread(loaded, 3, '1', false)).toBe(loaded[0]);
  });
});

test('a guest and a bot have no profile', () => {
  const from = (sender_id: string | number, guest?: true) =>
    entryOf({ message_id: 1, sender_id, text: '', status: 'sent', ...(guest && { guest }) } as never).user;
  expect([from(7), from('ann'), from('bot:orders'), from('ann', true)]).toEqual([
    '7',
    'ann',
    undefined,
    undefined,
  ]);
});

test('names today and yesterday', () => {
  const now = new Date(2025, 1, 16, 9);
  const at = (days: number) => new Date(2025, 1, 16 - days, 23).toISOString();
  expect([dayName(at(0), now), dayName(at(1), now)]).toEqual(['Today', 'Yesterday']);
  expect(dayName(at(2), now)).not.toMatch(/Today|Yesterday/);
  expect([at(0), at(1), at(2)].map((time) => lastSeen(time, now))).toEqual([
    expect.stringMatching(/^Last seen at \d\d:00/),
    'Last seen yesterday',
    expect.stringMatching(/^Last seen on [\w ]+$/),
  ]);
});

test('joins names to a phrase, and formats file sizes', () => {
  expect([
    joinNames(['Bob']),
    joinNames(['Bob', 'Carol']),
    joinNames(['Bob', 'Carol', 'Dave', 'Eve']),
    joinNames(['Bob', 'Carol'], 52),
    joinNames(['Bob'], 2),
  ]).toEqual([
    'Bob',
    'Bob and Carol',
    'Bob, Carol, and 2 others',
    'Bob, Carol, and 50 others',
    'Bob and 1 other',
  ]);
  expect([fileSize(128), fileSize(197_600), fileSize(5_240_000)]).toEqual(['128 bytes', '198 kB', '5.2 MB']);
});

test('a read mark that waits for the pause is sent when the user leaves the page', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { visibilityState: 'visible', hasFocus: () => true });
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  const sent: number[] = [];
  const room = {
    messages: [],
    seenBy: new Map(),
    state: 'live',
    seen: async (id: number) => void sent.push(id),
  };
  const mark = new ReadMark(room as unknown as Room, '1');
  mark.show(5, true);
  mark.show(6, true);
  expect(sent).toEqual([5]);
  mark.stop();
  expect(sent).toEqual([5, 6]);
  // The page was only hidden.
  mark.show(7, true);
  mark.stop();
  await vi.runAllTimersAsync();
  expect(sent).toEqual([5, 6, 7]);
});
