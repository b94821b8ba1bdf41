import { describe, expect, test, vi } from 'vitest';
import { ManualClock } from '../support/manual-clock.ts';
import { counter, lines, result, start, useFunctionsHost } from './functions-host.ts';

useFunctionsHost();

describe('an asynchronous invocation', () => {
  const failing = "export const handler = async () => { console.log('tried'); throw new Error('no'); };";
  const tries = () => lines.filter((line) => line === '[Try] tried').length;

  test('is retried after one minute and after two more, then dropped with a log line', async () => {
    const clock = new ManualClock();
    const functions = start({ Try: { code: failing } }, { clock });
    functions.runAsync('Try', '{}');
    await vi.waitFor(() => expect(tries()).toBe(1));
    await functions.settled();
    clock.advance(59_999);
    expect(tries()).toBe(1);
    clock.advance(1);
    await vi.waitFor(() => expect(tries()).toBe(2));
    await functions.settled();
    clock.advance(120_000);
    await vi.waitFor(() => expect(lines).toContain('An event for Try was dropped after 3 attempts: no'));
    expect(tries()).toBe(3);
  });

  test.each([
    ['is not retried if the template allows no retry', { MaximumRetryAttempts: 0 }],
    ['is not retried if the event would exceed its maximum age', { MaximumEventAgeInSeconds: 59 }],
  ])('%s', async (_name, properties) => {
    const clock = new ManualClock();
    const retry = {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: { FunctionName: { Ref: 'Try' }, ...properties },
    };
    const functions = start({ Try: { code: failing } }, { clock, resources: { Retry: retry } });
    functions.runAsync('Try', '{}');
    await vi.waitFor(() => expect(lines).toContain('An event for Try was dropped after 1 attempt: no'));
  });

  test('is not retried after `dropRetries`', async () => {
    const clock = new ManualClock();
    const functions = start({ Try: { code: failing } }, { clock });
    functions.runAsync('Try', '{}');
    await vi.waitFor(() => expect(tries()).toBe(1));
    await functions.settled();
    functions.dropRetries();
    clock.advance(600_000);
    await functions.settled();
    expect(tries()).toBe(1);
  });

  test('is not retried after a success', async () => {
    const clock = new ManualClock();
    const functions = start({ Count: { code: counter } }, { clock });
    functions.runAsync('Count', '{}');
    await functions.settled();
    clock.advance(600_000);
    expect(await result(functions.run('Count', '{}'))).toBe(2);
  });
});
