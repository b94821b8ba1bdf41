import { expect, test, vi } from 'vitest';
import { announce } from '../../../functions/delivery/announce.ts';
import type { Poster } from '../../../functions/delivery/poster.ts';
import { alice, bob, connectionOf, NOON } from '../../support/sample.ts';

test.each([
  [100, 99],
  [101, 0],
])('in a room of %i connections a coming or going is told to %i', async (count, told) => {
  const post = vi.fn<Poster['post']>(async () => 'taken');
  const others = Array.from({ length: count - 1 }, (_, index) => connectionOf(bob, { id: `${index}=` }));
  const poster: Poster = { post, isOpen: async () => true, close: async () => undefined };
  for (const online of [true, false]) {
    post.mockClear();
    const comer = connectionOf(alice);
    await announce(comer, online, [comer, ...others], { poster, now: () => NOON });
    expect(post).toHaveBeenCalledTimes(told);
  }
});
