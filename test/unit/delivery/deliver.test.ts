import { describe, expect, test, vi } from 'vitest';
import { deliver, POST_BUDGET, type Posting } from '../../../functions/delivery/deliver.ts';
import { type Poster, TransientError } from '../../../functions/delivery/poster.ts';
import { retryTransient } from '../../../functions/delivery/retry.ts';
import { action } from '../../../functions/dialects/action/decode.ts';
import { CLOCK_TOLERANCE_MS } from '../../../functions/domain/connection.ts';
import type { Event } from '../../../functions/domain/event.ts';
import { alice, bob, connectionOf, messageOf, NOON } from '../../support/sample.ts';

const event: Event = { kind: 'MessageSent', room: '1', message: messageOf({ clientId: 'a-1' }), seq: 1 };
const many = Array.from({ length: 100 }, (_, index) => connectionOf(bob, { id: `${index}=` }));

const posterOf = (post: Poster['post']): Posting => ({
  poster: { post, isOpen: async () => true, close: vi.fn() },
  now: () => NOON,
});

describe('an event', () => {
  test('is encoded once for its author and once for all others, however many they are', async () => {
    const encode = vi.spyOn(action, 'encode');
    const frames: string[] = [];
    await deliver(
      event,
      [connectionOf(alice), ...many],
      posterOf(async (_id, frame) => {
        frames.push(frame);
        return 'taken';
      }),
    );
    expect(encode).toHaveBeenCalledTimes(2);
    expect(frames).toHaveLength(101);
    expect(frames.filter((frame) => frame.includes('a-1'))).toHaveLength(1);
    encode.mockRestore();
  });

  test('names its room to all but those who connected to that room', async () => {
    const frames: Record<string, unknown> = {};
    const to = [
      connectionOf(bob, { id: 'own=' }),
      connectionOf(bob, { id: 'joined=', via: 'joined' }),
      connectionOf(bob, { id: 'inbox=', via: 'inbox' }),
      connectionOf(bob, { id: 'elsewhere=', room: '2' }),
    ];
    const poster = posterOf(async (id, frame) => {
      frames[id] = JSON.parse(frame)['room_id'];
      return 'taken';
    });
    await deliver(event, to, poster);
    expect(frames).toEqual({ 'own=': undefined, 'joined=': 1, 'inbox=': 1, 'elsewhere=': 1 });
  });

  test('that an inbox does not hear of is not posted to it', async () => {
    const post = vi.fn<Poster['post']>(async () => 'taken');
    const typing: Event = { kind: 'TypingChanged', room: '1', user: alice.id, typing: true };
    const inbox = connectionOf(bob, { via: 'inbox' });
    await expect(deliver(typing, [inbox], posterOf(post))).resolves.toMatchObject({
      taken: [],
      gone: [],
      expired: [],
    });
    expect(post).not.toHaveBeenCalled();
  });

  test('tells who took it and who is gone', async () => {
    const [gone, taker, slow] = [connectionOf(bob, { id: 'gone=' }), connectionOf(bob), connectionOf(alice)];
    const poster = posterOf(async (id) => (id === gone.id ? 'gone' : id === slow.id ? 'failed' : 'taken'));
    await expect(deliver(event, [gone, taker, slow], poster)).resolves.toMatchObject({
      taken: [taker],
      gone: [gone],
      expired: [],
    });
  });

  test('reaches everybody else before a fault is reported', async () => {
    const post = vi.fn<Poster['post']>(async (id) => {
      if (id === '0=') throw new Error('AccessDenied');
      return 'taken';
    });
    await expect(deliver(event, many, posterOf(post))).rejects.toThrow('AccessDenied');
    expect(post).toHaveBeenCalledTimes(100);
  });
});

describe('a post', () => {
  test('is tried again while the gateway is too busy', async () => {
    const post = vi
      .fn()
      .mockRejectedValueOnce(new TransientError())
      .mockRejectedValueOnce(new TransientError());
    await expect(retryTransient(post.mockResolvedValue('taken'), 60_000)).resolves.toBe('taken');
    expect(post).toHaveBeenCalledTimes(3);
  });

  test('is given up when its time is over', async () => {
    const post = vi.fn().mockRejectedValue(new TransientError());
    await expect(retryTransient(post, 0)).resolves.toBeUndefined();
  });

  test('that was given up leaves its connection alone', async () => {
    vi.useFakeTimers();
    const delivery = deliver(
      event,
      [connectionOf(bob)],
      posterOf(() => Promise.reject(new TransientError())),
    );
    await vi.advanceTimersByTimeAsync(POST_BUDGET.whole);
    await expect(delivery).resolves.toMatchObject({
      taken: [],
      gone: [],
      expired: [],
      failed: [expect.objectContaining({ id: 'bob-socket=' })],
    });
    vi.useRealTimers();
  });
});

test('a question is asked again until its answer is the one that is waited for', async () => {
  const isOpen = vi.fn().mockResolvedValueOnce(false).mockResolvedValue(true);
  await expect(retryTransient<boolean>(isOpen, 60_000, (open) => !open)).resolves.toBe(true);
  expect(isOpen).toHaveBeenCalledTimes(2);
});

describe('a connection whose token ran out', () => {
  const late = connectionOf(bob, { tokenExpiresAt: NOON - CLOCK_TOLERANCE_MS - 1 });

  test('is sent nothing, and is named', async () => {
    const posting = posterOf(vi.fn<Poster['post']>(async () => 'taken'));
    await expect(deliver(event, [late], posting)).resolves.toMatchObject({
      taken: [],
      gone: [],
      expired: [late],
    });
    expect(posting.poster.post).not.toHaveBeenCalled();
  });

  test('while a post to it was tried again is not sent it any more', async () => {
    const brief = { ...late, tokenExpiresAt: NOON - CLOCK_TOLERANCE_MS };
    const post = vi.fn<Poster['post']>().mockRejectedValue(new TransientError());
    const now = vi
      .fn()
      .mockReturnValueOnce(NOON)
      .mockReturnValue(NOON + 1);
    const delivery = await deliver(event, [brief], { ...posterOf(post), now });
    expect(delivery.expired).toEqual([brief]);
    expect(post).toHaveBeenCalledTimes(1);
  });

  test('still hears that it did', async () => {
    const told: Event = { kind: 'Refused', room: '1', code: 'TOKEN_EXPIRED', reason: 'why' };
    const delivery = await deliver(told, [late], posterOf(vi.fn<Poster['post']>(async () => 'taken')));
    expect(delivery.taken).toEqual([late]);
  });
});
