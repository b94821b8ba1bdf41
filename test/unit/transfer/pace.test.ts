import { expect, test } from 'vitest';
import { Pace } from '../../../bin/transfer/pace.ts';
import { AdminError } from '../../../server/errors.ts';

/** A clock that moves only when a pace sleeps. */
function testClock() {
  let time = 0;
  return {
    now: () => time,
    sleep: async (ms: number) => {
      time += ms;
    },
  };
}

const busy = new AdminError('INTERNAL', 'Busy', 429);

test('sends at most as many lines per second as the limit', async () => {
  const clock = testClock();
  const pace = new Pace(100, clock);
  for (let count = 0; count < 10; count++) await pace.run(async () => {}, 50);
  expect(clock.now()).toBe(4_500);
});

test('halves the pace when the chat is busy, and raises it again', async () => {
  const clock = testClock();
  const pace = new Pace(100, clock);
  let refusals = 3;
  const send = async () => {
    if (refusals-- > 0) throw busy;
    return 7;
  };
  expect(await pace.run(send, (lines) => lines)).toBe(7);
  expect(pace.rate).toBe(17.5);
  expect(clock.now()).toBeGreaterThan(1_500);
  for (let count = 0; count < 20; count++) await pace.run(async () => {}, 1);
  expect(pace.rate).toBe(100);
});

test('gives up after twelve attempts, and at once if the request itself is wrong', async () => {
  const pace = new Pace(100, testClock());
  let count = 0;
  const fail = (error: Error) => async () => {
    count += 1;
    throw error;
  };
  await expect(pace.run(fail(busy), 1)).rejects.toBe(busy);
  expect(count).toBe(12);
  const wrong = new AdminError('ROOM_EXISTS', 'Exists', 409);
  await expect(pace.run(fail(wrong), 1)).rejects.toBe(wrong);
  expect(count).toBe(13);
});
