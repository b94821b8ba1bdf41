import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { deliver, FANOUT_BUDGET, POST_BUDGET } from '../../../functions/delivery/deliver.ts';
import { type Poster, TransientError } from '../../../functions/delivery/poster.ts';
import type { Event } from '../../../functions/domain/event.ts';
import { entries } from '../../../lib/entries.ts';
import { alice, bob, connectionOf, NOON } from '../../support/sample.ts';

const event: Event = { kind: 'TypingChanged', room: '1', user: alice.id, typing: true };
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => connectionOf(bob, { id: `${index}=` }));

const tooFast = () => new TransientError('too fast', { throttled: true });
const wait = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms));

/** An account at its limit: whatever is asked takes of the same requests. */
class Account {
  refused = 0;
  asked = 0;
  readonly #rate: number;
  #tokens = 50;
  #filledAt = Date.now();

  constructor(perSecond: number) {
    this.#rate = perSecond / 1_000;
  }

  readonly post = async () => {
    await this.#admitted();
    return 'delivered' as const;
  };

  readonly isOpen = async () => {
    await this.#admitted();
    return true;
  };

  async #admitted(): Promise<void> {
    this.asked++;
    await wait(10);
    this.#tokens = Math.min(50, this.#tokens + (Date.now() - this.#filledAt) * this.#rate);
    this.#filledAt = Date.now();
    if (this.#tokens >= 1) this.#tokens--;
    else {
      this.refused++;
      throw tooFast();
    }
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] }));
afterEach(() => void vi.useRealTimers());

/** Delivers until the end, however long it takes by the clock. */
async function delivered(count: number, poster: Partial<Poster>, budget = POST_BUDGET) {
  const whole = {
    isOpen: async () => true,
    close: async () => undefined,
    post: async () => 'delivered' as const,
  };
  const posting = { poster: { ...whole, ...poster }, now: () => NOON };
  const began = Date.now();
  const delivering = deliver(event, many(count), posting, { budget });
  await vi.advanceTimersByTimeAsync(budget.total + 2_000);
  return { delivery: await delivering, began };
}

describe('posts', () => {
  test('are under way 50 at a time', async () => {
    let underWay = 0;
    let most = 0;
    const post = async () => {
      most = Math.max(most, ++underWay);
      await wait(10);
      underWay--;
      return 'delivered' as const;
    };
    const { delivery } = await delivered(1_000, { post });
    expect(most).toBe(50);
    expect(delivery).toMatchObject({ ms: 200 });
    expect(delivery.delivered).toHaveLength(1_000);
  });

  test('that are too fast for the account slow all of them down, and hardly more are refused than taken', async () => {
    // As a share of the account's limit may be.
    const account = new Account(500);
    const { post, isOpen } = account;
    const { delivery } = await delivered(1_000, { post, isOpen }, FANOUT_BUDGET);
    expect(delivery.delivered).toHaveLength(1_000);
    expect(delivery.ms).toBeLessThan(2_200);
    expect(account.refused).toBeLessThan(500);
  });

  test('end well before the function does, whatever the gateway says', async () => {
    const refuse = async () => {
      await wait(10);
      throw tooFast();
    };
    const budget = { perPost: 300, total: 3_000 };
    const { delivery } = await delivered(60, { post: refuse, isOpen: refuse }, budget);
    expect(delivery.failed).toHaveLength(60);
    expect(delivery.unresponsive).toEqual([]);
    expect(delivery.ms).toBeLessThanOrEqual(budget.total + 20);
    expect(FANOUT_BUDGET.total * 2).toBeLessThanOrEqual(entries.fanout.timeoutSeconds * 1_000);
    expect(POST_BUDGET.total * 2).toBeLessThanOrEqual(entries.send.timeoutSeconds * 1_000);
  });
});

describe('clients whose buffers stay full', () => {
  test.each([
    [1, POST_BUDGET],
    [5, POST_BUDGET],
    [30, POST_BUDGET],
    [120, POST_BUDGET],
    [250, POST_BUDGET],
    [5, FANOUT_BUDGET],
    [120, FANOUT_BUDGET],
    [250, FANOUT_BUDGET],
  ])('are found, %i of 250, with few requests, and all others are served', async (count, budget) => {
    let asked = 0;
    const post: Poster['post'] = async (id) => {
      asked++;
      await wait(10);
      // Spread evenly over the room.
      const index = Number.parseInt(id, 10);
      if (Math.floor(((index + 1) * count) / 250) > Math.floor((index * count) / 250)) throw tooFast();
      return 'delivered';
    };
    const isOpen = async () => {
      asked++;
      await wait(10);
      return true;
    };
    const { delivery } = await delivered(250, { post, isOpen }, budget);
    expect(delivery.failed).toEqual([]);
    expect(delivery.unresponsive).toHaveLength(count);
    expect(delivery.delivered).toHaveLength(250 - count);
    expect(delivery.ms).toBeLessThanOrEqual(POST_BUDGET.total);
    expect(asked).toBeLessThan(250 + 50 * count);
  });

  test.each([20, 50, 100, 300])(
    'are never those of an account that takes %i requests a second',
    async (rate) => {
      for (const budget of [POST_BUDGET, FANOUT_BUDGET]) {
        const { delivery } = await delivered(250, new Account(rate), budget);
        expect(delivery.unresponsive).toEqual([]);
      }
    },
  );
});

describe('a client whose buffer stays full', () => {
  const post: Poster['post'] = async (id) => {
    await wait(10);
    if (id === '7=') throw tooFast();
    return 'delivered';
  };

  test.each([1, 100])('is found among %i others, who are served without a delay', async (others) => {
    let last = 0;
    const { delivery, began } = await delivered(others + 8, {
      post: async (id, frame) => {
        const outcome = await post(id, frame);
        last = Date.now();
        return outcome;
      },
    });
    expect(delivery.unresponsive.map(({ id }) => id)).toEqual(['7=']);
    expect(delivery.delivered).toHaveLength(others + 7);
    expect(last - began).toBeLessThan(100);
    expect(delivery.ms).toBeLessThanOrEqual(POST_BUDGET.total);
  });

  test('is asked a few times only, and alone', async () => {
    const asked = vi.fn(post);
    await delivered(8, { post: asked });
    expect(asked.mock.calls.filter(([id]) => id === '7=').length).toBeLessThan(35);
  });

  test('is not taken for one where the gateway refuses whatever is asked', async () => {
    const { delivery } = await delivered(8, { post, isOpen: () => Promise.reject(tooFast()) });
    expect(delivery).toMatchObject({ unresponsive: [], failed: [expect.objectContaining({ id: '7=' })] });
  });

  test('gets the event if it takes it at the last try', async () => {
    const looked = vi.fn(async () => true);
    const { delivery } = await delivered(8, {
      isOpen: looked,
      post: async (id, frame) => (looked.mock.calls.length > 0 ? 'delivered' : post(id, frame)),
    });
    expect(delivery).toMatchObject({ unresponsive: [], failed: [] });
    expect(delivery.delivered).toHaveLength(8);
  });
});
