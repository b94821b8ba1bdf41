import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { ManualClock } from '../../local/clock.ts';
import { readDeployment } from '../../local/deployment.ts';
import { closeFunctions, counter, lines, result, start } from './functions-host.ts';
import { removeTemporaryDirectories, writeAssembly } from './mini-assembly.ts';

afterEach(closeFunctions);
afterAll(removeTemporaryDirectories);

describe('an asynchronous invocation', () => {
  const failing = "export const handler = async () => { console.log('tried'); throw new Error('no'); };";
  const tries = () => lines.filter((line) => line === '[Try] tried').length;

  test('that fails is tried again after one minute and after two, then dropped with a line in the log', async () => {
    const clock = new ManualClock();
    const functions = start({ Try: { code: failing } }, { clock });
    functions.runLater('Try', '{}');
    await vi.waitFor(() => expect(tries()).toBe(1));
    await functions.settled();
    clock.advance(59_999);
    expect(tries()).toBe(1);
    clock.advance(1);
    await vi.waitFor(() => expect(tries()).toBe(2));
    await functions.settled();
    clock.advance(120_000);
    await vi.waitFor(() => expect(lines).toContain('An event for Try was dropped after 3 tries: no'));
    expect(tries()).toBe(3);
  });

  test.each([
    ['no retry when the template has none', { MaximumRetryAttempts: 0 }],
    ['no retry that would be older than the template allows', { MaximumEventAgeInSeconds: 59 }],
  ])('gets %s', async (_name, properties) => {
    const clock = new ManualClock();
    const retry = {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: { FunctionName: { Ref: 'Try' }, ...properties },
    };
    const assembly = writeAssembly({
      functions: { Try: { code: failing, routes: ['$default'] } },
      resources: { Retry: retry },
    });
    const functions = start({ Try: { code: failing } }, { clock });
    functions.update(readDeployment(assembly).functions);
    functions.runLater('Try', '{}');
    await vi.waitFor(() => expect(lines).toContain('An event for Try was dropped after one try: no'));
  });

  test('that succeeds is not tried again', async () => {
    const clock = new ManualClock();
    const functions = start({ Count: { code: counter } }, { clock });
    functions.runLater('Count', '{}');
    await functions.settled();
    clock.advance(600_000);
    expect(await result(functions.run('Count', '{}'))).toBe(2);
  });
});
