import { expect, test } from 'vitest';
import { TokenBucket } from '../../../local/gateway/limits.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** Tries to take tokens and returns how many it got. */
function take(bucket: TokenBucket, tries: number): number {
  return Array.from({ length: tries }, () => bucket.take()).filter(Boolean).length;
}

test('a full bucket has as many tokens as its burst', () => {
  const bucket = new TokenBucket(new ManualClock(), 10_000, 5_000);
  expect(take(bucket, 6_000)).toBe(5_000);
});

test('refills at its rate, up to the burst', () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket(clock, 1_000, 50);
  take(bucket, 50);
  clock.advance(20);
  expect(take(bucket, 100)).toBe(20);
  clock.advance(60_000);
  expect(take(bucket, 100)).toBe(50);
});

test('keeps refilling after the clock moves backwards', () => {
  let now = 1_000_000;
  const bucket = new TokenBucket({ now: () => now, after: () => () => {} }, 1_000, 10);
  take(bucket, 10);
  now = 0;
  expect(bucket.take()).toBe(false);
  now = 5;
  expect(take(bucket, 10)).toBe(5);
});
