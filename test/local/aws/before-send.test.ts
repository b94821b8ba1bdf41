import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openBeforeSend } from '../../../functions/gateway/before-send.ts';
import { answering } from '../../support/answering.ts';
import { draft } from '../../support/sample.ts';

const FUNCTION = 'arn:aws:lambda:eu-west-1:000000000000:function:Check';

let log = vi.spyOn(console, 'error');
beforeEach(() => {
  log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

const reasons = () => log.mock.calls.map(([line]) => line.reason);

/** Returns the hook that a chat function opens, with the signing client, and the requests to Lambda. */
async function open(respond: (response: ServerResponse) => void) {
  const lambda = await answering(respond);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', lambda.url);
  const setting = { function: FUNCTION, timeoutMs: 2_000, onFailure: 'refuse' };
  return { lambda, ask: await openBeforeSend(JSON.stringify(setting), false) };
}

test('sends one request with the message', async () => {
  const { lambda, ask } = await open((response) => response.writeHead(200).end('{"allow":true,"text":"h*"}'));
  await expect(ask(draft)).resolves.toEqual({ allow: true, text: 'h*' });
  expect(lambda.came.map(({ body }) => JSON.parse(body))).toMatchObject([{ version: 1, text: 'hi' }]);
  expect(lambda.came[0]?.path).toContain(encodeURIComponent(FUNCTION));
});

test('gives up all of 50 messages at the time limit if the function hangs', async () => {
  const all = Promise.withResolvers<void>();
  let requests = 0;
  const { lambda, ask } = await open(() => {
    requests += 1;
    if (requests === 50) all.resolve();
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let answered = 0;
  const asked = Array.from({ length: 50 }, () => ask(draft).finally(() => answered++));
  await all.promise;
  await vi.advanceTimersByTimeAsync(1_999);
  expect(answered).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(new Set(await Promise.all(asked))).toEqual(new Set([null]));
  expect(new Set(reasons())).toEqual(
    new Set(['Message not checked: the function did not answer in time. See the log of the function.']),
  );
  expect(lambda.came).toHaveLength(50);
});

test('refuses an answer of 6 MB without parsing it', async () => {
  const body = JSON.stringify({ allow: true, text: 'a'.repeat(6 * 1024 * 1024) });
  const { ask } = await open((response) => response.writeHead(200).end(body));
  await expect(ask(draft)).resolves.toBeNull();
  expect(reasons()).toEqual([expect.stringContaining('the answer of the function is too large')]);
});

test('quotes nothing of an error that the function throws', async () => {
  const body = JSON.stringify({
    errorType: 'sk_live_1',
    errorMessage: 'sk_live_2',
    stackTrace: ['sk_live_3'],
  });
  const { ask } = await open((response) =>
    response.writeHead(200, { 'x-amz-function-error': 'Unhandled' }).end(body),
  );
  await expect(ask(draft)).resolves.toBeNull();
  expect(JSON.stringify(log.mock.calls)).not.toContain('sk_live');
  expect(reasons()).toEqual([expect.stringContaining('the function failed')]);
});
