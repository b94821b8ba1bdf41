import { expect, test } from 'vitest';
import type { FallibleCall } from '../../../local/faults.ts';
import { planFaults, usualRates } from '../../torture/fault-plan.ts';
import { commandOf, readTortureFlags } from '../../torture/flags.ts';
import { randomOf } from '../../torture/random.ts';
import { Tally } from '../../torture/recording.ts';

test('a seed repeats its choices, and another has others', () => {
  const draws = (seed: number) => Array.from({ length: 20 }, randomOf(seed).fork('whims c1').next);
  expect(draws(1)).toEqual(draws(1));
  expect(draws(1)).not.toEqual(draws(2));
});

test('what one purpose draws changes nothing for another', () => {
  const random = randomOf(1);
  const alone = randomOf(1).fork('b').next();
  random.fork('a').next();
  expect(random.fork('b').next()).toBe(alone);
});

test('a seed repeats what goes wrong with the n-th call of a function, whatever other functions do', () => {
  const call = (functionName: string, invocation: number): FallibleCall => ({
    ...{ functionName, action: 'dynamodb:PutItem', resource: '*' },
    ...{ invocation: String(invocation), attempt: 1 },
  });
  const faultsOf = (noise: number) => {
    const { faults, begin } = planFaults(3, usualRates, new Tally());
    begin();
    for (let count = 0; count < noise; count++) faults.call?.(call('edit', -count));
    return Array.from({ length: 500 }, (_, index) => faults.call?.(call('send', index)));
  };
  expect(faultsOf(0)).toEqual(faultsOf(17));
  expect(new Set(faultsOf(0)).size).toBeGreaterThan(3);
});

test('nothing goes wrong before the plan begins, or after it ends', () => {
  const rates = { ...usualRates, calls: { ...usualRates.calls, failed: 1 } };
  const { faults, begin, end } = planFaults(3, rates, new Tally());
  const call = { functionName: 'send', action: 'a', resource: '*', invocation: '1', attempt: 1 };
  expect(faults.call?.(call)).toBeUndefined();
  begin();
  expect(faults.call?.(call)).toBeDefined();
  end();
  expect([faults.call?.(call), faults.frame?.({ direction: 'in', connectionId: 'c' })]).toEqual([
    undefined,
    undefined,
  ]);
});

test('the first line repeats a run', () => {
  const flags = readTortureFlags(['--seconds', '5', '--lost-answers', '--plant', 'post'], 77);
  const [, ...args] = commandOf(flags).split(' -- ');
  expect(readTortureFlags(args.join(' ').split(' '), 78)).toEqual(flags);
});

test.each([['--loud'], ['--seconds', '0'], ['--plant', 'weed']])('%s is refused in one line', (...args) => {
  expect(() => readTortureFlags(args, 1)).toThrow(/^Torture did not start: [^\n]+; [^\n]+$/);
});
