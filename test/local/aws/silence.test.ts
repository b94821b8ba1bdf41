import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sdkPoster } from '../../../functions/delivery/sdk-poster.ts';
import { sdkInvoke } from '../../../functions/gateway/sdk-invoke.ts';
import { sdkDynamoDb } from '../../../functions/store/sdk-dynamodb.ts';
import { sdkFiles } from '../../../functions/store/sdk-files.ts';
import { type Answering, answering } from '../../support/answering.ts';

let service: Answering;

beforeEach(async () => {
  service = await answering(() => undefined);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL', service.url);
  vi.stubEnv('AWS_ENDPOINT_URL_S3', service.url);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const tick = () => new Promise((resume) => setImmediate(resume));

/** Lets time pass, up to half a minute, until a request that was sent has ended. Resolves to its error. */
async function errorAfterAWhile(request: Promise<unknown>): Promise<unknown> {
  let error: unknown;
  request.catch((reason: unknown) => {
    error = reason;
  });
  while (service.came.length === 0) await tick();
  for (let ms = 0; ms < 30_000 && error === undefined; ms += 100) {
    await tick();
    vi.advanceTimersByTime(100);
  }
  return error;
}

const timeout = { name: 'TimeoutError' };

test.each<[string, () => Promise<unknown>, object]>([
  ['DynamoDB', () => sdkDynamoDb()('GetItem', { TableName: 't', Key: {} } as never), timeout],
  ['S3', () => sdkFiles('files').head('a'), timeout],
  ['Lambda', () => sdkInvoke()('fanout', {}), timeout],
  [
    'API Gateway',
    () => sdkPoster(service.url).post('a=', 'frame'),
    { name: 'TransientError', cause: timeout },
  ],
])('the AWS SDK gives up a request that %s does not answer', async (_service, send, error) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  expect(await errorAfterAWhile(send())).toMatchObject(error);
});
