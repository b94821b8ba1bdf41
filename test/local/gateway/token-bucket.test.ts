import { expect, test } from 'vitest';
import { TokenBucket } from '../../../local/gateway/token-bucket.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function taken(bucket: TokenBucket, tries: number): number {
  return Array.from({ length: tries }, () => bucket.take()).filter(Boolean).length;
}

test('a full bucket gives its burst and no more', () => {
  const bucket = new TokenBucket(new ManualClock(), 10_000, 5_000);
  expect(taken(bucket, 6_000)).toBe(5_000);
});

test('it refills at its rate, up to the burst', () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket(clock, 1_000, 50);
  taken(bucket, 50);
  clock.advance(20);
  expect(taken(bucket, 100)).toBe(20);
  clock.advance(60_000);
  expect(taken(bucket, 100)).toBe(50);
});

test('time that is set back does not stop the refill', () => {
  let now = 1_000_000;
  const bucket = new TokenBucket({ now: () => now, after: () => () => {} }, 1_000, 10);
  taken(bucket, 10);
  now = 0;
  expect(bucket.take()).toBe(false);
  now = 5;
  expect(taken(bucket, 10)).toBe(5);
});
