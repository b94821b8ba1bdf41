import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Invoke, signedInvoke } from '../../../functions/aws/lambda.ts';
import { sdkInvoke } from '../../../functions/gateway/sdk-invoke.ts';
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

describe.each([
  ['signed', signedInvoke],
  ['sdk', sdkInvoke],
])('the Lambda client %s', (_name, create: () => Invoke) => {
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
