import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { inVirtualTime } from '../../../bench/virtual-time.ts';
import { type Poster, TransientError } from '../../../functions/delivery/poster.ts';
import { post, postToReceivers } from '../../../functions/delivery/publish.ts';
import { CLOSE_BUDGET_MS } from '../../../functions/delivery/retry.ts';
import { CLOCK_TOLERANCE_MS, type Connection, dialectNames } from '../../../functions/domain/connection.ts';
import type { Event } from '../../../functions/domain/event.ts';
import { roomOfRows, rowOf } from '../../support/connection-rows.ts';
import { alice, bob, connectionOf, messageOf, NOON } from '../../support/sample.ts';
import { intercepted } from '../../support/waves.ts';

const sent: Event = {
  kind: 'MessageSent',
  room: '1',
  message: messageOf({ id: 42, author: alice }),
  seq: 42,
};
const typing: Event = { kind: 'TypingChanged', room: '1', user: alice.id, typing: true };
const carol = { ...alice, id: '3', username: 'carol' };

const here = connectionOf(alice, { id: 'here=' });
const expired = { tokenExpiresAt: NOON - CLOCK_TOLERANCE_MS - 1 };
const late = connectionOf(bob, { id: 'late=', ...expired });
const dead = connectionOf(bob, { id: 'dead=' });

/** A room whose sockets are open unless their id starts with `dead`; `frames` has the frames that each socket got. */
function setUp(...connections: readonly Connection[]) {
  const { db, rows, readTo } = roomOfRows(...connections);
  const frames: Record<string, Record<string, unknown>[]> = {};
  const isDead = (id: string) => id.startsWith('dead');
  const poster = {
    post: vi.fn<Poster['post']>(async (id, frame) => {
      if (isDead(id)) return 'gone';
      frames[id] = [...(frames[id] ?? []), JSON.parse(frame)];
      return 'delivered';
    }),
    isOpen: async (id: string) => !isDead(id),
    close: vi.fn<Poster['close']>(async () => true),
  };
  return { context: { db, poster, now: () => NOON }, rows, readTo, frames };
}

const presenceFrames = (frames: readonly Record<string, unknown>[] = []) =>
  frames.filter(({ type }) => type === 'presence');

describe('an inbox in the audience', () => {
  const inbox = connectionOf(bob, { id: 'inbox=', via: 'inbox' });

  test('gets a new message', async () => {
    const { context, frames } = setUp(here, inbox);
    await post(sent, [here, inbox], context);
    expect(frames['inbox=']).toMatchObject([{ type: 'chat_message', room_id: 1 }]);
  });

  test.each<Event>([
    typing,
    { kind: 'MessageRead', room: '1', message: messageOf({ id: 42, author: alice }) },
    { kind: 'PresenceChanged', room: '1', presence: { user: alice.id, online: true, lastSeen: 'now' } },
    { kind: 'Seen', room: '1', messageId: 42, user: alice.id },
  ])('gets no $kind', async (event) => {
    const { context, frames } = setUp(here, inbox);
    const { delivered } = await post(event, [here, inbox], context);
    expect(delivered).toEqual([here]);
    expect(Object.keys(frames)).toEqual(['here=']);
  });
});

describe('a connection whose token expired', () => {
  test.each(dialectNames)('is notified in %s, gets nothing else and is closed', async (dialect) => {
    const inDialect = { ...late, dialect };
    const { context, frames, rows } = setUp(here, inDialect);
    const { delivered } = await post(sent, [here, inDialect], context);
    expect(delivered).toEqual([here]);
    expect(frames['late=']).toHaveLength(1);
    expect(JSON.stringify(frames['late='])).toContain('TOKEN_EXPIRED');
    expect(context.poster.close.mock.calls).toEqual([['late=']]);
    expect([...rows.keys()]).toEqual(['here=']);
    expect(presenceFrames(frames['here='])).toMatchObject([{ user_id: 2, status: 'offline' }]);
  });

  test('gets the event and stays if its token was renewed after the audience was listed', async () => {
    const { context, frames, rows } = setUp(here, late);
    rows.set(late.id, rowOf({ ...late, tokenExpiresAt: NOON + 1 }));
    const { delivered, expired } = await post(sent, [here, late], context);
    expect(delivered.map(({ id }) => id)).toEqual(['here=', 'late=']);
    expect(expired).toEqual([]);
    expect(frames['late=']).toMatchObject([{ type: 'chat_message' }]);
    expect(context.poster.close).not.toHaveBeenCalled();
    expect(rows.has(late.id)).toBe(true);
  });

  test('is notified once, even if two posts find it', async () => {
    const { context, frames } = setUp(here, late);
    await Promise.all([post(sent, [here, late], context), post(typing, [here, late], context)]);
    expect(frames['late=']).toHaveLength(1);
    expect(context.poster.close).toHaveBeenCalledTimes(1);
    expect(presenceFrames(frames['here='])).toHaveLength(1);
  });

  test('counts as having read the earlier messages, if it reads automatically', async () => {
    const { context, readTo } = setUp(here, late);
    await post(sent, [here, late], context);
    expect(readTo).toEqual({ 'member#2': 41 });
  });

  test('is found when another user goes offline, and gets no announcement', async () => {
    const gone = connectionOf(carol, { id: 'dead=' });
    const { context, frames } = setUp(here, late, gone);
    await post(typing, [gone], context);
    expect(frames['late=']).toMatchObject([{ code: 'TOKEN_EXPIRED' }]);
    expect(
      presenceFrames(frames['here='])
        .map(({ user_id }) => user_id)
        .toSorted(),
    ).toEqual([2, 3]);
  });
});

describe('a close that fails', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] }));
  afterEach(() => void vi.useRealTimers());

  test('is retried and then given up while API Gateway throttles, and all other connections get the event', async () => {
    const others = Array.from({ length: 20 }, (_, index) => connectionOf(carol, { id: `${index}=` }));
    const { context, frames, rows } = setUp(here, late, ...others);
    context.poster.close.mockRejectedValue(new TransientError());
    const posting = post(sent, [late, here, ...others], context);
    await vi.advanceTimersByTimeAsync(CLOSE_BUDGET_MS + 1_000);
    const { delivered } = await posting;
    expect(delivered).toHaveLength(21);
    expect(context.poster.close.mock.calls.length).toBeGreaterThan(1);
    expect(rows.has(late.id)).toBe(false);
    expect(presenceFrames(frames['here='])).toHaveLength(1);
  });

  test('is thrown after all other connections got the event if no retry fixes it', async () => {
    const second = connectionOf(carol, { id: 'second=', ...expired });
    const { context, frames } = setUp(here, late, second);
    const denied = new Error('AccessDenied');
    context.poster.close.mockRejectedValue(denied);
    await expect(post(sent, [late, second, here], context)).rejects.toBe(denied);
    expect(frames['here=']).toContainEqual(expect.objectContaining({ type: 'chat_message' }));
    expect(frames['second=']).toMatchObject([{ code: 'TOKEN_EXPIRED' }]);
    expect(context.poster.close).toHaveBeenCalledTimes(2);
  });
});

describe('a connection that ended without $disconnect', () => {
  test('has read all messages before the message whose post failed, if it reads automatically', async () => {
    const { context, readTo, rows } = setUp(here, dead);
    await post(sent, [here, dead], context);
    expect(rows.has(dead.id)).toBe(false);
    expect(readTo).toEqual({ 'member#2': 41 });
  });

  test('has read all messages, if the post of an event without a sequence number failed', async () => {
    const { context, readTo } = setUp(here, dead);
    await post(typing, [here, dead], context);
    expect(readTo).toEqual({ 'member#2': 42 });
  });

  test('has read nothing more, if its client marks messages as read itself', async () => {
    const manual = { ...dead, reads: 'manual' } as const;
    const { context, readTo } = setUp(here, manual);
    await post(sent, [here, manual], context);
    expect(readTo).toEqual({});
  });

  test('is announced as offline once, even if two posts find it', async () => {
    const { context, frames } = setUp(here, dead);
    await Promise.all([post(sent, [here, dead], context), post(typing, [here, dead], context)]);
    expect(presenceFrames(frames['here='])).toMatchObject([{ user_id: 2, status: 'offline' }]);
  });

  test.each([
    ['gone', 'gone', [dead, { ...dead, id: 'dead-too=' }]],
    ['expired', 'expired', [late, { ...late, id: 'late-too=' }]],
    ['gone', 'expired', [dead, late]],
  ])(
    'is announced as offline once with another stale connection of its user: %s and %s',
    async (_one, _other, ended) => {
      const { context, frames, rows } = setUp(here, ...ended);
      await post(sent, [here, ...ended], context);
      expect([...rows.keys()]).toEqual(['here=']);
      expect(presenceFrames(frames['here='])).toMatchObject([{ user_id: 2, status: 'offline' }]);
    },
  );

  test('is not announced as offline while its user has another open connection', async () => {
    const open = connectionOf(bob, { id: 'open=' });
    const { context, frames, rows } = setUp(here, dead, open);
    await post(sent, [here, dead, open], context);
    expect([...rows.keys()]).toEqual(['here=', 'open=']);
    expect(presenceFrames(frames['here='])).toEqual([]);
  });
});

test('post removes all other stale connections before it throws the error of one removal', async () => {
  const unresponsive = connectionOf(bob, { id: 'unresponsive=' });
  const { context, rows } = setUp(here, unresponsive, late);
  context.poster.post.mockImplementation(async (id) => {
    if (id === unresponsive.id) throw new TransientError('throttled', { throttled: true });
    return 'delivered';
  });
  context.poster.close.mockImplementation(() => new Promise((resume) => setTimeout(resume, 5, true)));
  const db = intercepted(context.db, (operation, key) => {
    if (operation === 'DeleteItem' && key['connection'] === late.id) throw new Error('AccessDenied');
  });
  await inVirtualTime(1, () =>
    expect(post(sent, [here, unresponsive, late], { ...context, db })).rejects.toThrow('AccessDenied'),
  );
  expect([...rows.keys()]).toEqual(['here=', 'late=']);
});

test('an error of noting a missed change is reported, and a connection with a renewed token still gets the event', async () => {
  const young = { connectedAt: NOON - 1_000 };
  const opening = connectionOf(bob, { id: 'dead=', ...young });
  const renewed = connectionOf(bob, { id: 'late=', tokenExpiresAt: NOON + 3_600_000 });
  const { context, frames } = setUp(here, opening, renewed);
  const db = intercepted(context.db, (operation, key) => {
    if (operation === 'UpdateItem' && key['connection'] === opening.id) throw new Error('AccessDenied');
  });
  const onFault = vi.fn();
  await postToReceivers(sent, [here, opening, late], { ...context, db }, { onFault });
  expect(frames['late=']).toMatchObject([{ type: 'chat_message' }]);
  expect(onFault).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'AccessDenied' }));
  await expect(post(sent, [opening], { ...context, db })).rejects.toThrow('AccessDenied');
});
