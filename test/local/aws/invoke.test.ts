import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Call, type Invoke, signedCall, signedInvoke } from '../../../functions/aws/lambda.ts';
import { sdkCall, sdkInvoke } from '../../../functions/gateway/sdk-invoke.ts';
import { type Answering, answering } from '../../support/answering.ts';

let lambda: Answering;
let respond: (response: ServerResponse) => void;

beforeEach(async () => {
  respond = (response) => response.writeHead(202).end();
  lambda = await answering((response) => respond(response));
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', lambda.url);
});
afterEach(() => vi.unstubAllEnvs());

type CreateCall = (timeoutMs: number) => Call;

describe.each<[string, () => Invoke, CreateCall]>([
  ['signed', signedInvoke, signedCall],
  ['sdk', sdkInvoke, sdkCall],
])('the Lambda client %s', (_name, create, createCall) => {
  const answers = (body: string, headers: Record<string, string> = {}) => {
    respond = (response) => response.writeHead(200, headers).end(body);
  };

  test('calls a function, and resolves to its answer', async () => {
    answers('{"userId":"7"}');
    const name = 'arn:aws:lambda:eu-west-1:000000000000:function:ReadSession';
    await expect(createCall(10_000)(name, { text: 'Grüße' })).resolves.toEqual({ userId: '7' });
    expect(lambda.came).toMatchObject([
      {
        method: 'POST',
        path: `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`,
        headers: { 'x-amz-invocation-type': 'RequestResponse' },
        body: '{"text":"Grüße"}',
      },
    ]);
  });

  test.each([
    [
      'failed',
      '{"errorType":"KeyError","errorMessage":"8f7c"}',
      { 'x-amz-function-error': 'Unhandled' },
      'KeyError',
    ],
    [
      'failed with a strange error',
      '{"errorType":"8f7c and\\n"}',
      { 'x-amz-function-error': 'Handled' },
      'Unhandled',
    ],
    ['failed without an error', 'null', { 'x-amz-function-error': 'Unhandled' }, 'Unhandled'],
    ['answered with no JSON', '<html>', {}, 'AnswerNotJson'],
    ['answered with nothing', '', {}, 'AnswerNotJson'],
    ['answered with too much', JSON.stringify('a'.repeat(131_072)), {}, 'AnswerTooLarge'],
  ])('throws an error without any input if the function %s', async (_how, body, headers, name) => {
    answers(body, headers);
    const message = 'Function not answered: it failed. See its log.';
    await expect(createCall(10_000)('f', {})).rejects.toMatchObject({ name, message });
    expect(lambda.came).toHaveLength(1);
  });

  test('gives up a call that takes too long, and does not repeat it', async () => {
    const call = createCall(500);
    answers('null');
    // The first call of a client takes longer.
    await call('f', {});
    respond = () => undefined;
    await expect(call('f', {})).rejects.toMatchObject({ name: 'TimeoutError' });
    // The AWS SDK retries within 100 ms. Wait longer than that, so that a retry would be counted below.
    await new Promise((resume) => setTimeout(resume, 150));
    expect(lambda.came).toHaveLength(2);
  });

  test('repeats a throttled call', async () => {
    let refusals = 1;
    respond = (response) => {
      if (refusals-- > 0) {
        response.writeHead(429, { 'x-amzn-errortype': 'TooManyRequestsException' }).end('{}');
      } else response.writeHead(200).end('null');
    };
    await expect(createCall(10_000)('f', {})).resolves.toBeNull();
    expect(lambda.came).toHaveLength(2);
  });

  test('invokes a function asynchronously', async () => {
    await create()('Chat-fanout:1', { text: 'Grüße' });
    expect(lambda.came).toMatchObject([
      {
        method: 'POST',
        path: '/2015-03-31/functions/Chat-fanout%3A1/invocations',
        headers: { 'x-amz-invocation-type': 'Event' },
        body: '{"text":"Grüße"}',
      },
    ]);
  });

  test.each([
    ['TooManyRequestsException', 429, 'client', 3],
    ['ServiceException', 500, 'server', 3],
    ['ResourceNotFoundException', 404, 'client', 1],
    ['AccessDeniedException', 403, 'client', 1],
  ])(
    'throws %s with the name of the error, after the right number of attempts',
    async (name, status, fault, attempts) => {
      respond = (response) =>
        response
          .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': name })
          .end('{"Message":"said Lambda"}');
      await expect(create()('fanout', {})).rejects.toMatchObject({ name, $fault: fault });
      expect(lambda.came).toHaveLength(attempts);
    },
  );
});
