import { expect, test } from 'vitest';
import type { FallibleCall } from '../../../local/faults.ts';
import { defaultRates, planFaults } from '../../torture/fault-plan.ts';
import { createRandom } from '../../torture/random.ts';
import { commandOf, readFlags } from '../../torture/run.ts';

const ignore = () => {};

test('repeats the random numbers of a seed, and differs between seeds', () => {
  const draws = (seed: number) => Array.from({ length: 20 }, createRandom(seed).fork('actions c1').next);
  expect(draws(1)).toEqual(draws(1));
  expect(draws(1)).not.toEqual(draws(2));
});

test('keeps the random numbers of one purpose independent of another', () => {
  const random = createRandom(1);
  const alone = createRandom(1).fork('b').next();
  random.fork('a').next();
  expect(random.fork('b').next()).toBe(alone);
});

test('gives the n-th call of a function the same fault for a seed, whatever other functions do', () => {
  const call = (functionName: string, invocation: number): FallibleCall => ({
    ...{ functionName, action: 'dynamodb:PutItem', resource: '*' },
    ...{ invocation: String(invocation), attempt: 1 },
  });
  const faultsOf = (otherCalls: number) => {
    const { faults, start } = planFaults(3, defaultRates, ignore);
    start();
    for (let count = 0; count < otherCalls; count++) faults.call?.(call('edit', -count));
    return Array.from({ length: 500 }, (_, index) => faults.call?.(call('send', index)));
  };
  expect(faultsOf(0)).toEqual(faultsOf(17));
  expect(new Set(faultsOf(0)).size).toBeGreaterThan(3);
});

test('injects no fault before the plan starts or after it stops', () => {
  const rates = { ...defaultRates, calls: { ...defaultRates.calls, failed: 1 } };
  const { faults, start, stop } = planFaults(3, rates, ignore);
  const call = { functionName: 'send', action: 'a', resource: '*', invocation: '1', attempt: 1 };
  expect(faults.call?.(call)).toBeUndefined();
  start();
  expect(faults.call?.(call)).toBeDefined();
  stop();
  expect([
    faults.call?.(call),
    faults.frame?.({ direction: 'in', connectionId: 'c', data: Buffer.alloc(0) }),
  ]).toEqual([undefined, undefined]);
});

test('prints the command that repeats a run', () => {
  const flags = readFlags(['--seconds', '5', '--lost-answers', '--plant', 'post'], 77);
  const [, ...args] = commandOf(flags).split(' -- ');
  expect(readFlags(args.join(' ').split(' '), 78)).toEqual(flags);
});

test.each([['--loud'], ['--seconds', '0'], ['--plant', 'unknown']])('refuses %s with one line', (...args) => {
  expect(() => readFlags(args, 1)).toThrow(/^Could not start the torture: [^\n]+\. Use [^\n]+$/);
});
