import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { deliver, FANOUT_BUDGET, POST_BUDGET } from '../../../functions/delivery/deliver.ts';
import { type Poster, TransientError } from '../../../functions/delivery/poster.ts';
import type { Event } from '../../../functions/domain/event.ts';
import { entries } from '../../../lib/entries.ts';
import { alice, bob, connectionOf, NOON } from '../../support/sample.ts';

const event: Event = { kind: 'TypingChanged', room: '1', user: alice.id, typing: true };
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => connectionOf(bob, { id: `${index}=` }));

const throttled = () => new TransientError('throttled', { throttled: true });
const wait = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms));

/** An account with a rate limit that posts and lookups share. */
class Account {
  throttled = 0;
  readonly #rate: number;
  #tokens = 50;
  #filledAt = Date.now();

  constructor(perSecond: number) {
    this.#rate = perSecond / 1_000;
  }

  readonly post = async () => {
    await this.#admit();
    return 'delivered' as const;
  };

  readonly isOpen = async () => {
    await this.#admit();
    return true;
  };

  async #admit(): Promise<void> {
    await wait(10);
    this.#tokens = Math.min(50, this.#tokens + (Date.now() - this.#filledAt) * this.#rate);
    this.#filledAt = Date.now();
    if (this.#tokens >= 1) this.#tokens--;
    else {
      this.throttled++;
      throw throttled();
    }
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] }));
afterEach(() => void vi.useRealTimers());

/** Delivers to `count` connections in fake time. */
async function deliverTo(count: number, poster: Partial<Poster>, budget = POST_BUDGET) {
  const defaults = {
    isOpen: async () => true,
    close: async () => true,
    post: async () => 'delivered' as const,
  };
  const context = { poster: { ...defaults, ...poster }, now: () => NOON };
  const start = Date.now();
  const delivering = deliver(event, many(count), context, { budget });
  await vi.advanceTimersByTimeAsync(budget.total + 2_000);
  return { delivery: await delivering, start };
}

describe('deliver', () => {
  test('makes 50 posts at a time', async () => {
    let inFlight = 0;
    let maximum = 0;
    const post = async () => {
      maximum = Math.max(maximum, ++inFlight);
      await wait(10);
      inFlight--;
      return 'delivered' as const;
    };
    const { delivery } = await deliverTo(1_000, { post });
    expect(maximum).toBe(50);
    expect(delivery).toMatchObject({ ms: 200 });
    expect(delivery.delivered).toHaveLength(1_000);
  });

  test('slows down at the account’s limit, with at most half as many throttled posts as delivered ones', async () => {
    const account = new Account(500);
    const { post, isOpen } = account;
    const { delivery } = await deliverTo(1_000, { post, isOpen }, FANOUT_BUDGET);
    expect(delivery.delivered).toHaveLength(1_000);
    expect(delivery.ms).toBeLessThan(2_200);
    expect(account.throttled).toBeLessThan(500);
  });

  test('ends well before the function’s timeout if API Gateway throttles every request', async () => {
    const refuse = async () => {
      await wait(10);
      throw throttled();
    };
    const budget = { perPost: 300, total: 3_000 };
    const { delivery } = await deliverTo(60, { post: refuse, isOpen: refuse }, budget);
    expect(delivery.failed).toHaveLength(60);
    expect(delivery.unresponsive).toEqual([]);
    expect(delivery.ms).toBeLessThanOrEqual(budget.total + 20);
    expect(FANOUT_BUDGET.total * 2).toBeLessThanOrEqual(entries.fanout.timeoutSeconds * 1_000);
    expect(POST_BUDGET.total * 2).toBeLessThanOrEqual(entries.send.timeoutSeconds * 1_000);
  });
});

describe('clients that stopped reading', () => {
  test.each([
    [1, POST_BUDGET],
    [5, POST_BUDGET],
    [30, POST_BUDGET],
    [120, POST_BUDGET],
    [250, POST_BUDGET],
    [5, FANOUT_BUDGET],
    [120, FANOUT_BUDGET],
    [250, FANOUT_BUDGET],
  ])(
    'are found, %i of 250, with few requests, and all other clients get the event',
    async (count, budget) => {
      let requests = 0;
      const post: Poster['post'] = async (id) => {
        requests++;
        await wait(10);
        // Spread evenly over the room.
        const index = Number.parseInt(id, 10);
        if (Math.floor(((index + 1) * count) / 250) > Math.floor((index * count) / 250)) throw throttled();
        return 'delivered';
      };
      const isOpen = async () => {
        requests++;
        await wait(10);
        return true;
      };
      const { delivery } = await deliverTo(250, { post, isOpen }, budget);
      expect(delivery.failed).toEqual([]);
      expect(delivery.unresponsive).toHaveLength(count);
      expect(delivery.delivered).toHaveLength(250 - count);
      expect(delivery.ms).toBeLessThanOrEqual(POST_BUDGET.total);
      expect(requests).toBeLessThan(250 + 50 * count);
    },
  );

  test.each([20, 50, 100, 300])(
    'are not reported for an account with a limit of %i requests a second',
    async (rate) => {
      for (const budget of [POST_BUDGET, FANOUT_BUDGET]) {
        const { delivery } = await deliverTo(250, new Account(rate), budget);
        expect(delivery.unresponsive).toEqual([]);
      }
    },
  );
});

describe('a client that stopped reading', () => {
  const post: Poster['post'] = async (id) => {
    await wait(10);
    if (id === '7=') throw throttled();
    return 'delivered';
  };

  test.each([1, 100])(
    'is found among %i other clients, which get the event without a delay',
    async (others) => {
      let last = 0;
      const { delivery, start } = await deliverTo(others + 8, {
        post: async (id, frame) => {
          const outcome = await post(id, frame);
          last = Date.now();
          return outcome;
        },
      });
      expect(delivery.unresponsive.map(({ id }) => id)).toEqual(['7=']);
      expect(delivery.delivered).toHaveLength(others + 7);
      expect(last - start).toBeLessThan(100);
      expect(delivery.ms).toBeLessThanOrEqual(POST_BUDGET.total);
    },
  );

  test('gets few attempts', async () => {
    const attempts = vi.fn(post);
    await deliverTo(8, { post: attempts });
    expect(attempts.mock.calls.filter(([id]) => id === '7=').length).toBeLessThan(35);
  });

  test('is not reported if API Gateway throttles lookups too', async () => {
    const { delivery } = await deliverTo(8, { post, isOpen: () => Promise.reject(throttled()) });
    expect(delivery).toMatchObject({ unresponsive: [], failed: [expect.objectContaining({ id: '7=' })] });
  });

  test('gets the event if the last attempt succeeds', async () => {
    const isOpen = vi.fn(async () => true);
    const { delivery } = await deliverTo(8, {
      isOpen,
      post: async (id, frame) => (isOpen.mock.calls.length > 0 ? 'delivered' : post(id, frame)),
    });
    expect(delivery).toMatchObject({ unresponsive: [], failed: [] });
    expect(delivery.delivered).toHaveLength(8);
  });
});
