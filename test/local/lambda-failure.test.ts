import { describe, expect, test, vi } from 'vitest';
import { ManualClock } from '../support/manual-clock.ts';
import { counter, lines, result, start, useFunctionsHost } from './functions-host.ts';

useFunctionsHost();

describe('an invocation fails', () => {
  const cases: readonly [string, string, string, RegExp][] = [
    [
      'when the handler throws',
      'export const handler = async () => { throw new TypeError("no"); };',
      'TypeError',
      /^no$/,
    ],
    ['when the bundle throws', 'throw new Error("broken");', 'Error', /^broken$/],
    [
      'when the handler is missing',
      'export const other = 1;',
      'Runtime.HandlerNotFound',
      /handler is undefined/,
    ],
    [
      'when JSON cannot represent the result',
      'export const handler = async () => 1n;',
      'TypeError',
      /BigInt/,
    ],
    [
      'when the process exits',
      'export const handler = async () => process.exit(3);',
      'Runtime.ExitError',
      /status 3/,
    ],
    [
      'when the handler takes a callback',
      'export const handler = (event, context, callback) => callback(null, 1);',
      'Runtime.CallbackHandlerDeprecated',
      /callback/,
    ],
    [
      'on an unhandled rejection',
      'export const handler = () => { Promise.reject(new Error("lost")); return new Promise(() => {}); };',
      'Runtime.UnhandledPromiseRejection',
      /lost/,
    ],
  ];
  test.each(cases)('%s, with Lambda’s error', async (_name, code, errorType, message) => {
    const functions = start({ Fail: { code } });
    const outcome = await functions.run('Fail', '{}');
    expect(outcome).toMatchObject({
      ok: false,
      failure: { errorType, errorMessage: expect.stringMatching(message) },
    });
  });

  test('with a stack trace in which the runtime has a short name', async () => {
    const functions = start({ Fail: { code: 'export const handler = async () => null.x;' } });
    const outcome = await functions.run('Fail', '{}');
    expect(outcome).toMatchObject({ failure: { trace: expect.arrayContaining([expect.any(String)]) } });
    expect(JSON.stringify(outcome)).toMatch(/\(lambda-runtime:\d+:\d+\)/);
    expect(JSON.stringify(outcome)).not.toContain('data:');
  });

  test('when the process exits, and the next event gets a new environment', async () => {
    const code = `let calls = 0;
      export const handler = async (event) => { calls += 1; if (event.die) process.exit(1); return calls; };`;
    const functions = start({ Die: { code } });
    expect(await result(functions.run('Die', '{}'))).toBe(1);
    expect(await functions.run('Die', '{"die":true}')).toMatchObject({ ok: false });
    expect(await result(functions.run('Die', '{}'))).toBe(1);
  });

  test('after its timeout, which ends the environment', async () => {
    const clock = new ManualClock();
    const code = `let calls = 0;
      export const handler = async (event) => {
        calls += 1;
        if (event.hang) { console.log('hanging'); await new Promise(() => {}); }
        return calls;
      };`;
    const functions = start({ Hang: { code, properties: { Timeout: 7 } } }, { clock });
    expect(await result(functions.run('Hang', '{}'))).toBe(1);
    const outcome = functions.run('Hang', '{"hang":true}');
    await vi.waitFor(() => expect(lines).toContain('[Hang] hanging'));
    clock.advance(7_000);
    expect(await outcome).toMatchObject({
      ok: false,
      failure: { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 7.00 seconds' },
    });
    expect(await result(functions.run('Hang', '{}'))).toBe(1);
  });

  test('when it runs out of memory, which ends only the environment', async () => {
    const code = `export const handler = async () => {
      const all = []; for (;;) all.push(new Array(100000).fill(all.length)); };`;
    const functions = start({ Greedy: { code, properties: { MemorySize: 32, Timeout: 60 } } });
    expect(await functions.run('Greedy', '{}')).toMatchObject({
      ok: false,
      failure: { errorType: 'Runtime.OutOfMemory' },
    });
  });

  test('when the stack closes while it runs', async () => {
    const functions = start({ Hang: { code: 'export const handler = () => new Promise(() => {});' } });
    const outcome = functions.run('Hang', '{}');
    await functions.close();
    expect(await outcome).toMatchObject({ ok: false, failure: { errorType: 'Runtime.ExitError' } });
  });
});

test('an unknown function is a ResourceNotFoundException', async () => {
  const functions = start({ Count: { code: counter } });
  expect(await functions.run('None', '{}')).toMatchObject({
    ok: false,
    failure: { errorType: 'ResourceNotFoundException' },
  });
});
