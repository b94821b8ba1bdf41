import { InvokeCommand, type InvokeCommandInput, LambdaClient } from '@aws-sdk/client-lambda';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../local/clock.ts';
import { readDeployment } from '../../local/deployment.ts';
import { Functions } from '../../local/lambda/functions.ts';
import { serveInvoke } from '../../local/lambda/serve-invoke.ts';
import {
  access,
  calls,
  closers,
  developer,
  lines,
  listenLocally,
  log,
  trace,
  useAwsHost,
} from './aws-host.ts';
import { allow, getAtt, writeAssembly } from './mini-assembly.ts';

let functions: Functions;
let endpoint: string;

const code = `export const handler = async (event) => {
  console.log('got ' + JSON.stringify(event).slice(0, 40));
  if (event.fail) throw new RangeError('no');
  return { echo: event }; };`;

useAwsHost();
beforeEach(async () => {
  functions = new Functions({ variablesOf: () => ({}), clock: systemClock, limit: 2, log });
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
  const options = { functions, access, trace };
  endpoint = await listenLocally((request, response) => serveInvoke(request, response, options));
  closers.push(() => functions.close());
});

function invoke(
  input: Omit<InvokeCommandInput, 'Payload'>,
  payload: string,
  credentials = access.credentialsOf('Caller'),
) {
  const client = new LambdaClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  closers.push(() => client.destroy());
  return client.send(new InvokeCommand({ ...input, Payload: payload }));
}

const text = (payload: Uint8Array | undefined) => JSON.parse(Buffer.from(payload ?? []).toString());

describe('Invoke, called with the AWS SDK', () => {
  test('answers a RequestResponse with the function’s result', async () => {
    const answer = await invoke({ FunctionName: 'Echo' }, '{"a":1}');
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(text(answer.Payload)).toEqual({ echo: { a: 1 } });
  });

  test('accepts an ARN instead of a name', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:Echo';
    expect(text((await invoke({ FunctionName: arn }, '{}')).Payload)).toEqual({ echo: {} });
  });

  test('answers 200 with FunctionError if the function fails', async () => {
    const answer = await invoke({ FunctionName: 'Echo' }, '{"fail":true}');
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(text(answer.Payload)).toMatchObject({ errorType: 'RangeError', errorMessage: 'no' });
  });

  test('answers an Event with 202, and runs it later', async () => {
    const answer = await invoke({ FunctionName: 'Echo', InvocationType: 'Event' }, '{"later":1}');
    expect(answer.StatusCode).toBe(202);
    await vi.waitFor(() => expect(lines).toContain('[Echo] got {"later":1}'));
  });

  test('is denied if the caller’s role does not grant it', async () => {
    await expect(
      invoke({ FunctionName: 'Caller' }, '{}', access.credentialsOf('Echo')),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /EchoRole\/Echo is not authorized to perform: lambda:InvokeFunction on resource: .*function:Caller/,
      ),
    });
    expect(lines).toEqual([
      'AccessDenied: function Echo may not call lambda:InvokeFunction on function Caller. Grant it in lib/.',
    ]);
  });

  test('answers ResourceNotFoundException for an unknown function', async () => {
    const call = invoke({ FunctionName: 'None' }, '{}', { ...developer, sessionToken: '' });
    await expect(call).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test.each([
    ['over 1 MB for an Event', 'Event', 1024 * 1024],
    ['over 6 MB for a RequestResponse', 'RequestResponse', 6 * 1024 * 1024],
  ] as const)('refuses a payload %s', async (_name, type, bytes) => {
    const call = invoke(
      { FunctionName: 'Echo', InvocationType: type },
      JSON.stringify('x'.repeat(bytes - 1)),
    );
    await expect(call).rejects.toMatchObject({ name: 'RequestTooLargeException' });
  });

  test('accepts an event of 1 MB', async () => {
    const payload = JSON.stringify('x'.repeat(1024 * 1024 - 2));
    expect((await invoke({ FunctionName: 'Echo', InvocationType: 'Event' }, payload)).StatusCode).toBe(202);
  });

  test('refuses a payload that is not JSON, and does not run the function', async () => {
    await expect(invoke({ FunctionName: 'Echo', InvocationType: 'Event' }, '{')).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
    });
    expect(lines).toEqual([]);
  });

  test('fails for a function in another language, which is listed as unsupported', async () => {
    const { functions: definitions, unsupported } = readDeployment(
      writeAssembly({
        functions: {
          Echo: { code, routes: ['$default'] },
          ReadSession: { code, properties: { Runtime: 'python3.13', Handler: 'app.handler' } },
        },
      }),
    );
    functions.update(definitions);
    expect(unsupported).toEqual(['ReadSession (python3.13)']);
    const call = invoke({ FunctionName: 'ReadSession' }, '{}', { ...developer, sessionToken: '' });
    await expect(call).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('is traced', async () => {
    await invoke({ FunctionName: 'Echo' }, '{}');
    expect(calls.map(({ phase, functionName, action }) => [phase, functionName, action])).toEqual([
      ['request', 'Caller', 'lambda:InvokeFunction'],
      ['response', 'Caller', 'lambda:InvokeFunction'],
    ]);
  });
});
