import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { inVirtualTime } from '../../../bench/virtual-time.ts';
import { post } from '../../../functions/delivery/post.ts';
import { type Poster, TransientError } from '../../../functions/delivery/poster.ts';
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
const ranOut = { tokenExpiresAt: NOON - CLOCK_TOLERANCE_MS - 1 };
const late = connectionOf(bob, { id: 'late=', ...ranOut });
const dead = connectionOf(bob, { id: 'dead=' });

/** The parts of a room, its sockets open but for the dead ones, and what each of them was sent. */
function partsOf(...connections: readonly Connection[]) {
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
    close: vi.fn<Poster['close']>(async () => undefined),
  };
  return { parts: { db, poster, now: () => NOON }, rows, readTo, frames };
}

const presence = (frames: readonly Record<string, unknown>[] = []) =>
  frames.filter(({ type }) => type === 'presence');

describe('an inbox in the audience', () => {
  const inbox = connectionOf(bob, { id: 'inbox=', via: 'inbox' });

  test('gets a new message', async () => {
    const { parts, frames } = partsOf(here, inbox);
    await post(sent, [here, inbox], parts);
    expect(frames['inbox=']).toMatchObject([{ type: 'chat_message', room_id: 1 }]);
  });

  test.each<Event>([
    typing,
    { kind: 'MessageRead', room: '1', message: messageOf({ id: 42, author: alice }) },
    { kind: 'PresenceChanged', room: '1', presence: { user: alice.id, online: true, lastSeen: 'now' } },
    { kind: 'Seen', room: '1', messageId: 42, user: alice.id },
  ])('gets no $kind', async (event) => {
    const { parts, frames } = partsOf(here, inbox);
    const { delivered } = await post(event, [here, inbox], parts);
    expect(delivered).toEqual([here]);
    expect(Object.keys(frames)).toEqual(['here=']);
  });
});

describe('a connection whose token ran out', () => {
  test.each(dialectNames)('hears that in %s, nothing else, and is closed', async (dialect) => {
    const inDialect = { ...late, dialect };
    const { parts, frames, rows } = partsOf(here, inDialect);
    const { delivered } = await post(sent, [here, inDialect], parts);
    expect(delivered).toEqual([here]);
    expect(frames['late=']).toHaveLength(1);
    expect(JSON.stringify(frames['late='])).toContain('TOKEN_EXPIRED');
    expect(parts.poster.close.mock.calls).toEqual([['late=']]);
    expect([...rows.keys()]).toEqual(['here=']);
    expect(presence(frames['here='])).toMatchObject([{ user_id: 2, status: 'offline' }]);
  });

  test('in an audience that is older than its fresh token gets the event, and stays', async () => {
    const { parts, frames, rows } = partsOf(here, late);
    rows.set(late.id, rowOf({ ...late, tokenExpiresAt: NOON + 1 }));
    const { delivered, expired } = await post(sent, [here, late], parts);
    expect(delivered.map(({ id }) => id)).toEqual(['here=', 'late=']);
    expect(expired).toEqual([]);
    expect(frames['late=']).toMatchObject([{ type: 'chat_message' }]);
    expect(parts.poster.close).not.toHaveBeenCalled();
    expect(rows.has(late.id)).toBe(true);
  });

  test('is told once, however many posts find it', async () => {
    const { parts, frames } = partsOf(here, late);
    await Promise.all([post(sent, [here, late], parts), post(typing, [here, late], parts)]);
    expect(frames['late=']).toHaveLength(1);
    expect(parts.poster.close).toHaveBeenCalledTimes(1);
    expect(presence(frames['here='])).toHaveLength(1);
  });

  test('has read what was sent before it, where it reads at once', async () => {
    const { parts, readTo } = partsOf(here, late);
    await post(sent, [here, late], parts);
    expect(readTo).toEqual({ 'member#2': 41 });
  });

  test('is found when somebody else goes, and is not announced to', async () => {
    const gone = connectionOf(carol, { id: 'dead=' });
    const { parts, frames } = partsOf(here, late, gone);
    await post(typing, [gone], parts);
    expect(frames['late=']).toMatchObject([{ code: 'TOKEN_EXPIRED' }]);
    expect(
      presence(frames['here='])
        .map(({ user_id }) => user_id)
        .toSorted(),
    ).toEqual([2, 3]);
  });
});

describe('a close that fails', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] }));
  afterEach(() => void vi.useRealTimers());

  test('since the gateway is too busy is tried again, then left to the next frame: all others are served', async () => {
    const others = Array.from({ length: 20 }, (_, index) => connectionOf(carol, { id: `${index}=` }));
    const { parts, frames, rows } = partsOf(here, late, ...others);
    parts.poster.close.mockRejectedValue(new TransientError());
    const posting = post(sent, [late, here, ...others], parts);
    await vi.advanceTimersByTimeAsync(CLOSE_BUDGET_MS + 1_000);
    const { delivered } = await posting;
    expect(delivered).toHaveLength(21);
    expect(parts.poster.close.mock.calls.length).toBeGreaterThan(1);
    expect(rows.has(late.id)).toBe(false);
    expect(presence(frames['here='])).toHaveLength(1);
  });

  test('for good, as without a grant, is reported once all others are served', async () => {
    const also = connectionOf(carol, { id: 'also=', ...ranOut });
    const { parts, frames } = partsOf(here, late, also);
    const denied = new Error('AccessDenied');
    parts.poster.close.mockRejectedValue(denied);
    await expect(post(sent, [late, also, here], parts)).rejects.toBe(denied);
    expect(frames['here=']).toContainEqual(expect.objectContaining({ type: 'chat_message' }));
    expect(frames['also=']).toMatchObject([{ code: 'TOKEN_EXPIRED' }]);
    expect(parts.poster.close).toHaveBeenCalledTimes(2);
  });
});

describe('a connection that ended without $disconnect', () => {
  test('has read all that was posted before the message that found it gone', async () => {
    const { parts, readTo, rows } = partsOf(here, dead);
    await post(sent, [here, dead], parts);
    expect(rows.has(dead.id)).toBe(false);
    expect(readTo).toEqual({ 'member#2': 41 });
  });

  test('has read all that there is, where it is found by something without a number', async () => {
    const { parts, readTo } = partsOf(here, dead);
    await post(typing, [here, dead], parts);
    expect(readTo).toEqual({ 'member#2': 42 });
  });

  test('has read nothing that its client did not say, where it reads by hand', async () => {
    const byHand = { ...dead, reads: 'manual' } as const;
    const { parts, readTo } = partsOf(here, byHand);
    await post(sent, [here, byHand], parts);
    expect(readTo).toEqual({});
  });

  test('is told of once, though two posts find it', async () => {
    const { parts, frames } = partsOf(here, dead);
    await Promise.all([post(sent, [here, dead], parts), post(typing, [here, dead], parts)]);
    expect(presence(frames['here='])).toMatchObject([{ user_id: 2, status: 'offline' }]);
  });

  test.each([
    ['gone', 'gone', [dead, { ...dead, id: 'dead-too=' }]],
    ['expired', 'expired', [late, { ...late, id: 'late-too=' }]],
    ['gone', 'expired', [dead, late]],
  ])('as its user’s other one did is told of with it, once: %s and %s', async (_one, _other, ended) => {
    const { parts, frames, rows } = partsOf(here, ...ended);
    await post(sent, [here, ...ended], parts);
    expect([...rows.keys()]).toEqual(['here=']);
    expect(presence(frames['here='])).toMatchObject([{ user_id: 2, status: 'offline' }]);
  });

  test('is not told of while its user has another that is open', async () => {
    const open = connectionOf(bob, { id: 'open=' });
    const { parts, frames, rows } = partsOf(here, dead, open);
    await post(sent, [here, dead, open], parts);
    expect([...rows.keys()]).toEqual(['here=', 'open=']);
    expect(presence(frames['here='])).toEqual([]);
  });
});

test('a row that cannot be removed keeps no other from being removed before that is told', async () => {
  const full = connectionOf(bob, { id: 'full=' });
  const { parts, rows } = partsOf(here, full, late);
  parts.poster.post.mockImplementation(async (id) => {
    if (id === full.id) throw new TransientError('Put off', { throttled: true });
    return 'delivered';
  });
  parts.poster.close.mockImplementation(() => new Promise((resume) => setTimeout(resume, 5)));
  const db = intercepted(parts.db, (operation, key) => {
    if (operation === 'DeleteItem' && key['connection'] === late.id) throw new Error('Refused');
  });
  await inVirtualTime(1, () =>
    expect(post(sent, [here, full, late], { ...parts, db })).rejects.toThrow('Refused'),
  );
  expect([...rows.keys()]).toEqual(['here=', 'late=']);
});
