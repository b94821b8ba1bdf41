import { expect, test } from 'vitest';
import { systemClock } from '../../../local/clock.ts';
import { ManualClock } from '../../support/manual-clock.ts';

test('a manual clock stands still until it is advanced', () => {
  const clock = new ManualClock(1000);
  expect(clock.now()).toBe(1000);
  clock.advance(5);
  expect(clock.now()).toBe(1005);
});

test('timers run in the order of their time, including timers that a timer sets', () => {
  const clock = new ManualClock(0);
  const ran: [string, number][] = [];
  const record = (name: string) => ran.push([name, clock.now()]);
  clock.after(30, () => record('last'));
  clock.after(10, () => {
    record('first');
    clock.after(10, () => record('set by first'));
  });
  clock.after(10, () => record('second'));
  clock.advance(25);
  expect(ran).toEqual([
    ['first', 10],
    ['second', 10],
    ['set by first', 20],
  ]);
  clock.advance(5);
  expect(ran.at(-1)).toEqual(['last', 30]);
});

test('a cancelled timer does not run', () => {
  const clock = new ManualClock(0);
  let ran = false;
  const cancel = clock.after(1, () => {
    ran = true;
  });
  cancel();
  clock.advance(10);
  expect(ran).toBe(false);
});

test('the system clock runs a timer, but not a cancelled one', async () => {
  const ran: string[] = [];
  systemClock.after(0, () => ran.push('cancelled'))();
  // The system clock's timers do not keep the process alive.
  await new Promise((resolve) => {
    const alive = setInterval(() => {}, 1000);
    systemClock.after(5, () => {
      ran.push('kept');
      clearInterval(alive);
      resolve(undefined);
    });
  });
  expect(ran).toEqual(['kept']);
});
