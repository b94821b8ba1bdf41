import { describe, expect, test, vi } from 'vitest';
import type { Context } from '../../../functions/delivery/context.ts';
import { deliver, POST_BUDGET } from '../../../functions/delivery/deliver.ts';
import { type Poster, TransientError } from '../../../functions/delivery/poster.ts';
import { retryTransient } from '../../../functions/delivery/retry.ts';
import { action } from '../../../functions/dialects/action/decode.ts';
import { CLOCK_TOLERANCE_MS } from '../../../functions/domain/connection.ts';
import type { Event } from '../../../functions/domain/event.ts';
import { namelessId } from '../../../functions/domain/member.ts';
import { alice, bob, connectionOf, messageOf, NOON } from '../../support/sample.ts';

const event: Event = { kind: 'MessageSent', room: '1', message: messageOf({ clientId: 'a-1' }), seq: 1 };
const many = Array.from({ length: 100 }, (_, index) => connectionOf(bob, { id: `${index}=` }));

const contextOf = (post: Poster['post']): Pick<Context, 'poster' | 'now'> => ({
  poster: { post, isOpen: async () => true, close: vi.fn() },
  now: () => NOON,
});

describe('deliver', () => {
  test('encodes an event once for its author and once for all other users', async () => {
    const encode = vi.spyOn(action, 'encode');
    const frames: string[] = [];
    await deliver(
      event,
      [connectionOf(alice), ...many],
      contextOf(async (_id, frame) => {
        frames.push(frame);
        return 'delivered';
      }),
    );
    expect(encode).toHaveBeenCalledTimes(2);
    expect(frames).toHaveLength(101);
    expect(frames.filter((frame) => frame.includes('a-1'))).toHaveLength(1);
    encode.mockRestore();
  });

  test('sends no email address to a guest, even if an earlier release listed the guest’s connection', async () => {
    const user = { id: namelessId('guest='), username: 'guest', email: '', userType: '' };
    const to = [
      connectionOf(bob),
      connectionOf({ ...user, guest: true }, { id: 'guest=' }),
      connectionOf(user, { id: 'guest=' }),
    ];
    const emails: string[] = [];
    const context = contextOf(async (_id, frame) => {
      emails.push(JSON.parse(frame).message.sender_email);
      return 'delivered';
    });
    await deliver(event, to, context);
    expect(emails).toEqual([alice.email, '', '']);
  });

  test('names the room in frames to connections whose own room is another one', async () => {
    const frames: Record<string, unknown> = {};
    const to = [
      connectionOf(bob, { id: 'own=' }),
      connectionOf(bob, { id: 'joined=', via: 'joined' }),
      connectionOf(bob, { id: 'inbox=', via: 'inbox' }),
      connectionOf(bob, { id: 'elsewhere=', room: '2' }),
    ];
    const context = contextOf(async (id, frame) => {
      frames[id] = JSON.parse(frame)['room_id'];
      return 'delivered';
    });
    await deliver(event, to, context);
    expect(frames).toEqual({ 'own=': undefined, 'joined=': 1, 'inbox=': 1, 'elsewhere=': 1 });
  });

  test('groups connections by the outcome of their posts', async () => {
    const [gone, open, slow] = [connectionOf(bob, { id: 'gone=' }), connectionOf(bob), connectionOf(alice)];
    const context = contextOf(async (id) => {
      if (id === slow.id) throw new TransientError();
      return id === gone.id ? 'gone' : 'delivered';
    });
    const options = { budget: { perPost: 0, total: 1_000 } };
    await expect(deliver(event, [gone, open, slow], context, options)).resolves.toMatchObject({
      delivered: [open],
      gone: [gone],
      expired: [],
      failed: [slow],
    });
  });

  test('posts to all other connections before it throws', async () => {
    const post = vi.fn<Poster['post']>(async (id) => {
      if (id === '0=') throw new Error('AccessDenied');
      return 'delivered';
    });
    await expect(deliver(event, many, contextOf(post))).rejects.toThrow('AccessDenied');
    expect(post).toHaveBeenCalledTimes(100);
  });
});

describe('a post', () => {
  test('is retried while API Gateway throttles or fails', async () => {
    const post = vi
      .fn()
      .mockRejectedValueOnce(new TransientError())
      .mockRejectedValueOnce(new TransientError());
    await expect(retryTransient(post.mockResolvedValue('delivered'), 60_000)).resolves.toBe('delivered');
    expect(post).toHaveBeenCalledTimes(3);
  });

  test('is given up at the end of its budget', async () => {
    const post = vi.fn().mockRejectedValue(new TransientError());
    await expect(retryTransient(post, 0)).resolves.toBeUndefined();
  });

  test('that was given up counts as failed and not as gone', async () => {
    vi.useFakeTimers();
    const delivery = deliver(
      event,
      [connectionOf(bob)],
      contextOf(() => Promise.reject(new TransientError())),
    );
    await vi.advanceTimersByTimeAsync(POST_BUDGET.total);
    await expect(delivery).resolves.toMatchObject({
      delivered: [],
      gone: [],
      expired: [],
      failed: [expect.objectContaining({ id: 'bob-socket=' })],
    });
    vi.useRealTimers();
  });
});

test('a call is retried until its answer is final', async () => {
  const isOpen = vi.fn().mockResolvedValueOnce(false).mockResolvedValue(true);
  await expect(retryTransient<boolean>(isOpen, 60_000, (open) => !open)).resolves.toBe(true);
  expect(isOpen).toHaveBeenCalledTimes(2);
});

describe('a connection whose token expired', () => {
  const late = connectionOf(bob, { tokenExpiresAt: NOON - CLOCK_TOLERANCE_MS - 1 });

  test('gets no post and is reported as expired', async () => {
    const context = contextOf(vi.fn<Poster['post']>(async () => 'delivered'));
    await expect(deliver(event, [late], context)).resolves.toMatchObject({
      delivered: [],
      gone: [],
      expired: [late],
    });
    expect(context.poster.post).not.toHaveBeenCalled();
  });

  test('gets no further attempt of a post that is being retried', async () => {
    const expiring = { ...late, tokenExpiresAt: NOON - CLOCK_TOLERANCE_MS };
    const post = vi.fn<Poster['post']>().mockRejectedValue(new TransientError());
    const now = vi
      .fn()
      .mockReturnValueOnce(NOON)
      .mockReturnValue(NOON + 1);
    const delivery = await deliver(event, [expiring], { ...contextOf(post), now });
    expect(delivery.expired).toEqual([expiring]);
    expect(post).toHaveBeenCalledTimes(1);
  });

  test('gets the event that reports the expiry', async () => {
    const expired: Event = { kind: 'Refused', room: '1', code: 'TOKEN_EXPIRED', reason: 'why' };
    const delivery = await deliver(
      expired,
      [late],
      contextOf(vi.fn<Poster['post']>(async () => 'delivered')),
    );
    expect(delivery.delivered).toEqual([late]);
  });
});
