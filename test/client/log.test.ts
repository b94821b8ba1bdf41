import { describe, expect, test } from 'vitest';
import type { Change, FrameOf, Message } from '../../client/index.ts';
import { RoomLog } from '../../client/log.ts';

const at = '2026-03-02T09:15:00.000Z';

const message = (id: number, more: Partial<Message> = {}): Message => ({
  message_id: id,
  text: `text ${id}`,
  sender_id: 1,
  sender_email: 'alice@example.com',
  status: 'send',
  created_at: at,
  updated_at: at,
  ...more,
});

const isOwn = ({ sender_id }: Message): boolean => sender_id === 1;

const sent = (seq: number): Change => ({ type: 'chat_message', message_id: seq, message: message(seq), seq });
const edited = (seq: number, message_id: number, text: string): Change => ({
  type: 'message_edited',
  message_id,
  text,
  seq,
});
const deleted = (seq: number, message_id: number): Change => ({ type: 'message_deleted', message_id, seq });
const reacted = (seq: number, message_id: number, user_id: number, removed?: true): Change => ({
  type: 'message_reacted',
  message_id,
  user_id,
  emoji: '👍',
  seq,
  ...(removed && { removed }),
});

const page = (
  since: number,
  seq: number,
  events: FrameOf<'sync'>['events'],
  more: Partial<FrameOf<'sync'>> = {},
): FrameOf<'sync'> => ({
  type: 'sync',
  since,
  events,
  seq,
  has_more: false,
  complete: true,
  receipts: [],
  seen: [],
  ...more,
});

const history = (messages: readonly Message[], has_more = false): FrameOf<'history'> => ({
  type: 'history',
  messages: [...messages],
  has_more,
});

/** Returns a log of `count` messages with the sequence numbers 1 to `count`. */
function logOf(count: number): RoomLog {
  const log = new RoomLog(isOwn);
  log.reset(history([]));
  log.addPage(
    page(
      0,
      count,
      Array.from({ length: count }, (_, index) => sent(index + 1)),
    ),
  );
  return log;
}

const texts = (log: RoomLog) => log.messages.map(({ text }) => text);
const seqs = (changes: readonly { readonly seq: number }[] | undefined) => changes?.map(({ seq }) => seq);

test('forgets the oldest messages, and loads them again', () => {
  const log = logOf(5);
  log.trim(5);
  expect([texts(log).length, log.hasMore]).toEqual([5, false]);
  log.expectOlder();
  log.trim(2);
  expect([texts(log), log.hasMore, log.oldestId]).toEqual([['text 4', 'text 5'], true, 4]);
  // An edit of a message that is not loaded waits for its page.
  log.expectOlder();
  log.add(edited(6, 3, 'edited'));
  log.addOlder(history([message(3), message(2)], true));
  expect([texts(log), log.oldestId]).toEqual([['text 2', 'edited', 'text 4', 'text 5'], 2]);
});

test('keeps the earlier messages of the list when another user sends one', () => {
  const log = logOf(3);
  const before = log.messages;
  const other = message(4, { sender_id: 2 });
  log.add({ type: 'chat_message', message_id: 4, message: other, seq: 4 });
  expect(log.messages).not.toBe(before);
  expect(log.messages.slice(0, 3).every((each, index) => each === before[index])).toBe(true);
  expect(texts(log)).toEqual(['text 1', 'text 2', 'text 3', 'text 4']);
});

describe('a live change', () => {
  test('is applied in order of its sequence number', () => {
    const log = logOf(1);
    expect(seqs(log.add(sent(4)))).toEqual([]);
    expect(seqs(log.add(sent(3)))).toEqual([]);
    expect(log.hasGap).toBe(true);
    expect(texts(log)).toEqual(['text 1']);
    expect(seqs(log.add(sent(2)))).toEqual([2, 3, 4]);
    expect(log.hasGap).toBe(false);
    expect(texts(log)).toEqual(['text 1', 'text 2', 'text 3', 'text 4']);
  });

  test('is applied once when it arrives twice', () => {
    const log = logOf(2);
    expect(log.add(sent(2))).toEqual([]);
    log.add(reacted(3, 1, 2));
    expect(log.add(reacted(3, 1, 2))).toEqual([]);
    expect(log.messages[0]?.reactions).toEqual({ '👍': [2] });
  });

  test('that has the number 0, because it changed nothing, leaves no gap', () => {
    const log = logOf(2);
    expect(log.add(edited(0, 1, 'text 1'))).toEqual([]);
    expect([log.cursor, log.hasGap]).toEqual([2, false]);
    const opening = new RoomLog(isOwn);
    opening.add(reacted(0, 1, 1));
    opening.reset(history([]));
    expect(seqs(opening.addPage(page(0, 1, [sent(1)])))).toEqual([1]);
    expect([opening.cursor, opening.hasGap]).toEqual([1, false]);
  });

  test('waits for the first page', () => {
    const log = new RoomLog(isOwn);
    log.add(edited(3, 1, 'edited'));
    log.add(sent(2));
    expect(log.messages).toEqual([]);
    log.reset(history([message(1)]));
    expect(seqs(log.addPage(page(0, 1, [sent(1)])))).toEqual([1, 2, 3]);
    expect(texts(log)).toEqual(['edited', 'text 2']);
  });

  test('keeps the order of reactions, and counts those of many users', () => {
    const log = new RoomLog(isOwn);
    const ids = Array.from({ length: 60 }, (_, index) => index + 100);
    const reactions = { '👍': ids.slice(0, 50), '🎉': [1], '👀': { count: 60, users: ids.slice(0, 50) } };
    log.reset({ type: 'history', messages: [message(1, { reactions })], has_more: false }, 1);
    log.add(reacted(2, 1, 7));
    log.add(reacted(3, 1, 100, true));
    log.add(reacted(4, 1, 100));
    const watched = (seq: number, more: object) =>
      log.add({ ...reacted(seq, 1, 155), emoji: '👀', ...more } as Change);
    watched(5, { unchanged: true });
    watched(6, { user_id: 200 });
    watched(7, { user_id: 156, removed: true });
    watched(8, { user_id: 157, removed: true, unchanged: true });
    expect(log.messages[0]?.reactions?.['👀']).toMatchObject({ count: 60 });
    const after = log.messages[0]?.reactions ?? {};
    expect(Object.keys(after)).toEqual(['👍', '🎉', '👀']);
    expect(after['👍']).toMatchObject({ count: 51 });
    expect(after['👀']).toMatchObject({ users: expect.arrayContaining([155, 200]) });
  });

  test('edits a message, changes its reactions or deletes it', () => {
    const log = logOf(2);
    log.add(edited(3, 1, 'edited'));
    log.add(reacted(4, 1, 2));
    log.add(reacted(5, 1, 3));
    log.add(reacted(6, 1, 2, true));
    expect(log.messages[0]).toMatchObject({ text: 'edited', edited: true, reactions: { '👍': [3] } });
    log.add(reacted(7, 1, 3, true));
    expect(log.messages[0]?.reactions).toEqual({});
    log.add(deleted(8, 1));
    log.add(edited(9, 1, 'after the delete'));
    expect(texts(log)).toEqual(['text 2']);
    expect(log.cursor).toBe(9);
  });
});

describe('a gap', () => {
  test('of void sequence numbers is closed by a page', () => {
    const log = logOf(1);
    log.add(sent(4));
    expect(seqs(log.addPage(page(1, 4, [sent(4)])))).toEqual([4]);
    expect(log.hasGap).toBe(false);
    expect(log.cursor).toBe(4);
  });

  test('is filled by a page, and the changes that waited follow', () => {
    const log = logOf(1);
    log.add(sent(5));
    expect(seqs(log.addPage(page(1, 3, [sent(2), sent(3)], { has_more: true })))).toEqual([2, 3]);
    expect(log.hasGap).toBe(true);
    expect(seqs(log.addPage(page(3, 4, [sent(4)])))).toEqual([4, 5]);
    expect(texts(log)).toEqual(['text 1', 'text 2', 'text 3', 'text 4', 'text 5']);
  });

  test('exists after the announcement of a higher number, and is closed by a page if that number is void', () => {
    const log = logOf(1);
    log.announce(1);
    expect(log.hasGap).toBe(false);
    log.announce(3);
    expect(log.hasGap).toBe(true);
    log.addPage(page(1, 1, []));
    expect(log.hasGap).toBe(false);
  });
});

describe('a page', () => {
  test('replaces its messages, and removes deleted ones', () => {
    const log = logOf(3);
    const changes = log.addPage(
      page(3, 7, [
        { ...edited(4, 1, ''), message: message(1, { text: 'now', edited: true, reactions: { '👍': [2] } }) },
        reacted(5, 1, 2),
        { ...deleted(6, 2), message: message(2, { text: '', deleted: true }) },
        { ...sent(7), message: message(7, { text: '', deleted: true }) },
      ]),
    );
    expect(texts(log)).toEqual(['now', 'text 3']);
    expect(changes).toEqual([edited(4, 1, 'now'), reacted(5, 1, 2), deleted(6, 2)]);
  });

  test('can be added twice', () => {
    const log = logOf(2);
    const again = page(0, 2, [sent(1), sent(2)]);
    expect(log.addPage(again)).toEqual([]);
    expect(texts(log)).toEqual(['text 1', 'text 2']);
  });

  test('does not undo live changes that are newer', () => {
    const log = logOf(1);
    log.add(sent(2));
    log.add(edited(3, 1, 'newer'));
    expect(log.addPage(page(1, 2, [{ ...sent(1), message: message(1) }]))).toEqual([]);
    expect(texts(log)).toEqual(['newer', 'text 2']);
    expect(log.cursor).toBe(3);
  });

  test('requires the history if it is not complete', () => {
    const log = logOf(2);
    expect(log.addPage(page(2, 2000, [], { complete: false }))).toBeUndefined();
    log.reset(history([message(1990), message(1980)], true), 2000);
    expect(log.cursor).toBe(2000);
    expect(texts(log)).toEqual(['text 1980', 'text 1990']);
    expect(seqs(log.add(sent(2001)))).toEqual([2001]);
  });

  test('requires the history if a message did not fit', () => {
    const log = logOf(2);
    expect(
      log.addPage(page(2, 3, [{ type: 'chat_message', message_id: 3, seq: 3 }], { has_more: true })),
    ).toBe(undefined);
  });
});

describe('older messages', () => {
  const openLog = () => {
    const log = new RoomLog(isOwn);
    log.reset(history([message(62), message(61)], true));
    log.addPage(page(60, 62, [sent(61), sent(62)]));
    return log;
  };

  test('precede the loaded ones', () => {
    const log = openLog();
    expect([log.oldestId, log.hasMore]).toEqual([61, true]);
    log.expectOlder();
    log.addOlder(history([message(60), message(42)], true));
    expect([log.oldestId, log.hasMore]).toEqual([42, true]);
    log.expectOlder();
    log.addOlder(history([message(41)]));
    expect([log.oldestId, log.hasMore]).toEqual([0, false]);
    expect(texts(log)).toEqual(['text 41', 'text 42', 'text 60', 'text 61', 'text 62']);
  });

  test('are not added one by one by changes, which would leave gaps', () => {
    const log = openLog();
    log.add(edited(63, 5, 'old, edited'));
    log.addPage(page(63, 64, [{ ...edited(64, 6, ''), message: message(6) }]));
    expect(texts(log)).toEqual(['text 61', 'text 62']);
  });

  test('include changes that arrived while they were loading', () => {
    const log = openLog();
    log.expectOlder();
    log.add(edited(63, 60, 'edited'));
    log.add(deleted(64, 59));
    log.addPage(page(64, 65, [{ ...edited(65, 58, ''), message: message(58, { text: 'as it is now' }) }]));
    log.addOlder(history([message(60), message(59), message(58)], true));
    expect(texts(log)).toEqual(['as it is now', 'edited', 'text 61', 'text 62']);
  });
});

describe('a status', () => {
  test('only rises', () => {
    const log = logOf(1);
    log.raiseStatus(1, 'read');
    expect(log.messages[0]?.status).toBe('read');
    log.raiseStatus(1, 'delivered');
    expect(log.messages[0]?.status).toBe('read');
    log.addPage(page(1, 2, [{ ...edited(2, 1, ''), message: message(1, { status: 'delivered' }) }]));
    expect(log.messages[0]?.status).toBe('read');
  });
});

describe('a receipt', () => {
  test('that arrives before its message applies once the message arrives', () => {
    const log = logOf(1);
    expect(log.acknowledge(2, 'delivered')).toBe(true);
    log.add(sent(2));
    expect(log.messages[1]?.status).toBe('delivered');
  });

  test('holds for all earlier messages of the user, including those that load later', () => {
    const log = logOf(5);
    log.add({ ...sent(6), message: message(6, { sender_id: 2 }) } as Change);
    expect(log.acknowledge(7, 'read')).toBe(true);
    expect(log.acknowledge(7, 'read')).toBe(false);
    expect(log.acknowledge(9, 'delivered')).toBe(true);
    log.add(sent(7));
    log.add(sent(8));
    log.add(sent(9));
    log.add(sent(10));
    const ofOwn = log.messages.filter(isOwn).map(({ message_id, status }) => [message_id, status]);
    expect(ofOwn.slice(-5)).toEqual([
      [5, 'read'],
      [7, 'read'],
      [8, 'delivered'],
      [9, 'delivered'],
      [10, 'send'],
    ]);
    expect(log.messages.find(({ message_id }) => message_id === 6)?.status).toBe('send');
  });
});

test('each change creates a new array of messages', () => {
  const log = logOf(1);
  const before = log.messages;
  expect(log.messages).toBe(before);
  log.add(edited(2, 1, 'edited'));
  expect(before[0]?.text).toBe('text 1');
  expect(log.messages).not.toBe(before);
});
