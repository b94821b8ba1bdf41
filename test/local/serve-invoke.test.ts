import { InvokeCommand, type InvokeCommandInput, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../local/clock.ts';
import { readDeployment } from '../../local/deployment.ts';
import { listen } from '../../local/http-server.ts';
import { Access } from '../../local/iam/access.ts';
import { Functions } from '../../local/lambda/functions.ts';
import { serveInvoke } from '../../local/lambda/serve-invoke.ts';
import type { AwsCall } from '../../local/trace.ts';
import { allow, getAtt, removeTemporaryDirectories, writeAssembly } from './mini-assembly.ts';

const closers: (() => unknown)[] = [];
const lines: string[] = [];
const calls: AwsCall[] = [];
let access: Access;
let functions: Functions;
let endpoint: string;

const code = `export const handler = async (event) => {
  console.log('got ' + JSON.stringify(event).slice(0, 40));
  if (event.fail) throw new RangeError('no');
  return { echo: event }; };`;

beforeEach(async () => {
  lines.length = 0;
  calls.length = 0;
  access = new Access((line) => lines.push(line));
  functions = new Functions({
    variablesOf: () => ({}),
    clock: systemClock,
    limit: 2,
    log: (line) => lines.push(line),
  });
  const { functions: definitions } = readDeployment(
    writeAssembly({
      functions: {
        Echo: { code, routes: ['$default'] },
        Caller: { code, statements: [allow('lambda:InvokeFunction', getAtt('Echo'))] },
      },
    }),
  );
  access.update(new Map([...definitions].map(([name, { role }]) => [name, role])));
  functions.update(definitions);
  const trace = (call: AwsCall) => calls.push(call);
  const server = await listen(
    0,
    { name: 'Lambda', variable: 'PORT' },
    (request, response) => serveInvoke(request, response, { functions, access, trace }),
    (error) => lines.push(String(error)),
  );
  endpoint = `http://127.0.0.1:${server.port}`;
  closers.push(() => functions.close(), server.close);
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(removeTemporaryDirectories);

function invoke(input: Omit<InvokeCommandInput, 'Payload'>, payload: string, caller = 'Caller') {
  const client = new LambdaClient({
    endpoint,
    region: 'us-east-1',
    credentials: access.credentialsOf(caller),
    maxAttempts: 1,
  });
  closers.push(() => client.destroy());
  return client.send(new InvokeCommand({ ...input, Payload: payload }));
}

const text = (payload: Uint8Array | undefined) => JSON.parse(Buffer.from(payload ?? []).toString());

describe('Invoke by the real SDK', () => {
  test('with RequestResponse answers with what the function returns', async () => {
    const answer = await invoke({ FunctionName: 'Echo' }, '{"a":1}');
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(text(answer.Payload)).toEqual({ echo: { a: 1 } });
  });

  test('takes an ARN for a name', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:Echo';
    expect(text((await invoke({ FunctionName: arn }, '{}')).Payload)).toEqual({ echo: {} });
  });

  test('tells a function’s error in the answer, not by its status', async () => {
    const answer = await invoke({ FunctionName: 'Echo' }, '{"fail":true}');
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(text(answer.Payload)).toMatchObject({ errorType: 'RangeError', errorMessage: 'no' });
  });

  test('with Event answers 202 and runs it after', async () => {
    const answer = await invoke({ FunctionName: 'Echo', InvocationType: 'Event' }, '{"later":1}');
    expect(answer.StatusCode).toBe(202);
    await vi.waitFor(() => expect(lines).toContain('[Echo] got {"later":1}'));
  });

  test('is refused to a function whose role does not grant it', async () => {
    await expect(invoke({ FunctionName: 'Caller' }, '{}', 'Echo')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /EchoRole\/Echo is not authorized to perform: lambda:InvokeFunction on resource: .*function:Caller/,
      ),
    });
    expect(lines).toEqual([
      'AccessDenied: function Echo may not lambda:InvokeFunction on function Caller; grant it in lib/',
    ]);
  });

  test('of a function that is not there is a ResourceNotFoundException', async () => {
    const client = new LambdaClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'developer', secretAccessKey: 'x' },
    });
    closers.push(() => client.destroy());
    const call = client.send(new InvokeCommand({ FunctionName: 'None' }));
    await expect(call).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test.each([
    ['over 1 MB for an event', 'Event', 1024 * 1024],
    ['over 6 MB for an answer', 'RequestResponse', 6 * 1024 * 1024],
  ] as const)('is too large %s', async (_name, type, bytes) => {
    const call = invoke(
      { FunctionName: 'Echo', InvocationType: type },
      JSON.stringify('x'.repeat(bytes - 1)),
    );
    await expect(call).rejects.toMatchObject({ name: 'RequestTooLargeException' });
  });

  test('takes an event of 1 MB', async () => {
    const payload = JSON.stringify('x'.repeat(1024 * 1024 - 2));
    expect((await invoke({ FunctionName: 'Echo', InvocationType: 'Event' }, payload)).StatusCode).toBe(202);
  });

  test('of something that is no JSON is refused before it runs', async () => {
    await expect(invoke({ FunctionName: 'Echo', InvocationType: 'Event' }, '{')).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
    });
    expect(lines).toEqual([]);
  });

  test('is traced', async () => {
    await invoke({ FunctionName: 'Echo' }, '{}');
    expect(calls.map(({ phase, functionName, action }) => [phase, functionName, action])).toEqual([
      ['request', 'Caller', 'lambda:InvokeFunction'],
      ['response', 'Caller', 'lambda:InvokeFunction'],
    ]);
  });
});
