import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { ManualClock } from '../../local/clock.ts';
import { closeFunctions, counter, lines, result, start } from './functions-host.ts';
import { removeTemporaryDirectories } from './mini-assembly.ts';

afterEach(closeFunctions);
afterAll(removeTemporaryDirectories);

describe('a failure', () => {
  const cases: readonly [string, string, string, RegExp][] = [
    [
      'of the handler',
      'export const handler = async () => { throw new TypeError("no"); };',
      'TypeError',
      /^no$/,
    ],
    ['while the bundle loads', 'throw new Error("broken");', 'Error', /^broken$/],
    ['for want of a handler', 'export const other = 1;', 'Runtime.HandlerNotFound', /handler is undefined/],
    ['of a result that is no JSON', 'export const handler = async () => 1n;', 'TypeError', /BigInt/],
    [
      'of a process that ends',
      'export const handler = async () => process.exit(3);',
      'Runtime.ExitError',
      /status 3/,
    ],
    [
      'of a callback handler, which Node.js 24 on Lambda does not have',
      'export const handler = (event, context, callback) => callback(null, 1);',
      'Runtime.CallbackHandlerDeprecated',
      /callback/,
    ],
    [
      'that nobody awaited',
      'export const handler = () => { Promise.reject(new Error("lost")); return new Promise(() => {}); };',
      'Runtime.UnhandledPromiseRejection',
      /lost/,
    ],
  ];
  test.each(cases)('%s is told in Lambda’s own words', async (_name, code, errorType, message) => {
    const functions = start({ Fail: { code } });
    const outcome = await functions.run('Fail', '{}');
    expect(outcome).toMatchObject({
      ok: false,
      failure: { errorType, errorMessage: expect.stringMatching(message) },
    });
  });

  test('ends with a new environment when the process died', async () => {
    const code = `let calls = 0;
      export const handler = async (event) => { calls += 1; if (event.die) process.exit(1); return calls; };`;
    const functions = start({ Die: { code } });
    expect(await result(functions.run('Die', '{}'))).toBe(1);
    expect(await functions.run('Die', '{"die":true}')).toMatchObject({ ok: false });
    expect(await result(functions.run('Die', '{}'))).toBe(1);
  });

  test('by timeout ends the environment and is told with the seconds', async () => {
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

  test('of memory ends the environment, not this process', async () => {
    const code = `export const handler = async () => {
      const all = []; for (;;) all.push(new Array(100000).fill(all.length)); };`;
    const functions = start({ Greedy: { code, properties: { MemorySize: 32, Timeout: 60 } } });
    expect(await functions.run('Greedy', '{}')).toMatchObject({
      ok: false,
      failure: { errorType: 'Runtime.OutOfMemory' },
    });
  });

  test('of an event that still ran when the stack closed', async () => {
    const functions = start({ Hang: { code: 'export const handler = () => new Promise(() => {});' } });
    const outcome = functions.run('Hang', '{}');
    await functions.close();
    expect(await outcome).toMatchObject({ ok: false, failure: { errorType: 'Runtime.ExitError' } });
  });
});

test('an unknown function is told as Lambda tells it', async () => {
  const functions = start({ Count: { code: counter } });
  expect(await functions.run('None', '{}')).toMatchObject({
    ok: false,
    failure: { errorType: 'ResourceNotFoundException' },
  });
});
