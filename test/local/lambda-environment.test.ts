import { describe, expect, test, vi } from 'vitest';
import { counter, endpoints, lines, result, start, useFunctionsHost } from './functions-host.ts';

useFunctionsHost();

const waiting = `
let busy = 0;
export const handler = async () => {
  busy += 1;
  const seen = busy;
  await new Promise((resolve) => setTimeout(resolve, 20));
  busy -= 1;
  return seen;
};`;

describe('an environment', () => {
  test('stays warm: module variables survive from event to event', async () => {
    const functions = start({ Count: { code: counter } });
    expect(await result(functions.run('Count', '{}'))).toBe(1);
    expect(await result(functions.run('Count', '{}'))).toBe(2);
    expect(functions.environmentCount('Count')).toBe(1);
  });

  test('handles one event at a time, and new ones start while all are busy', async () => {
    const functions = start({ Wait: { code: waiting } }, { limit: 3 });
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => result(functions.run('Wait', '{}'))));
    expect(outcomes).toEqual(Array.from({ length: 8 }, () => 1));
    expect(functions.environmentCount('Wait')).toBe(3);
  });

  test('gets its own variables and none of this process', async () => {
    const code = 'export const handler = async () => process.env;';
    process.env['PARLEY_TEST_SECRET'] = 'hidden';
    const functions = start({ Env: { code, variables: { OWN: 'yes' }, properties: { MemorySize: 512 } } });
    const env = await result(functions.run('Env', '{}'));
    delete process.env['PARLEY_TEST_SECRET'];
    expect(env).toMatchObject({
      OWN: 'yes',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'Env',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_ACCESS_KEY_ID: 'ASIATEST',
      AWS_SESSION_TOKEN: 'token',
      AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
      AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
    });
    expect(env).not.toHaveProperty('PARLEY_TEST_SECRET');
    expect(env).not.toHaveProperty('PATH');
  });

  test('passes a context with the function and the remaining time', async () => {
    const code = `export const handler = async (event, context) => ({
      event, name: context.functionName, arn: context.invokedFunctionArn,
      id: context.awsRequestId, left: context.getRemainingTimeInMillis() });`;
    const functions = start({ Context: { code, properties: { Timeout: 20 } } });
    const answer = await result(functions.run('Context', '{"a":[1]}'));
    expect(answer).toMatchObject({
      event: { a: [1] },
      name: 'Context',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:Context',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(answer).toHaveProperty('left', expect.any(Number));
  });

  test('logs the function’s output with its name', async () => {
    const code = "export const handler = async () => { console.log('one'); console.error('two'); };";
    const functions = start({ Talk: { code } });
    expect(await result(functions.run('Talk', '{}'))).toBeNull();
    await vi.waitFor(() => expect([...lines].sort()).toEqual(['[Talk] one', '[Talk] two']));
  });
});
