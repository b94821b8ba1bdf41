import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NoResponse } from '../../../functions/aws/errors.ts';
import { retrying } from '../../../functions/aws/retry.ts';
import type { HttpResponse } from '../../../functions/aws/transport.ts';

const respond = (status: number, type = 'X'): HttpResponse => ({
  status,
  headers: { 'x-amzn-errortype': type },
  body: Buffer.from('{"message":"the message of the service"}'),
});
const success = respond(200);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Resolves to the result or the error, after all backoffs. */
async function outcome(sent: Promise<HttpResponse>): Promise<unknown> {
  const settled = sent.catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return settled;
}

/** A request that gets these responses in order, and the last of them from then on. */
const requestWith = (...responses: readonly (HttpResponse | Error)[]) => {
  let next = 0;
  return vi.fn(async () => {
    const response = responses[Math.min(next++, responses.length - 1)] ?? success;
    if (response instanceof Error) throw response;
    return response;
  });
};

test.each([
  ['an unavailable service', respond(503)],
  ['an internal error', respond(500, 'InternalServerError')],
  ['a throttled table', respond(400, 'ProvisionedThroughputExceededException')],
  ['throttling', respond(429, 'TooManyRequestsException')],
  ['a broken connection', new NoResponse('the connection broke')],
])('retries after %s', async (_what, first) => {
  const send = requestWith(first, first, success);
  expect(await outcome(retrying()(send))).toBe(success);
  expect(send).toHaveBeenCalledTimes(3);
});

test.each([
  ['a condition that does not hold', 400, 'ConditionalCheckFailedException'],
  ['a missing grant', 400, 'AccessDeniedException'],
  ['a missing object', 404, 'NotFound'],
])('does not retry after %s', async (_what, status, type) => {
  const send = requestWith(respond(status, type));
  const error = { name: type, status, message: 'the message of the service', $fault: 'client' };
  expect(await outcome(retrying()(send))).toMatchObject(error);
  expect(send).toHaveBeenCalledTimes(1);
});

test('throws the error of the service after three attempts', async () => {
  const send = requestWith(respond(503, 'com.amazonaws.x#ServiceUnavailable:http://x'));
  expect(await outcome(retrying()(send))).toMatchObject({ name: 'ServiceUnavailable', $fault: 'server' });
  expect(send).toHaveBeenCalledTimes(3);
});

test('throws any other error at once', async () => {
  const send = requestWith(new TypeError('mistake'));
  expect(await outcome(retrying()(send))).toBeInstanceOf(TypeError);
  expect(send).toHaveBeenCalledTimes(1);
});

test('stops retrying a service after fifty failed requests, until some requests succeed', async () => {
  const retry = retrying();
  const down = requestWith(respond(503));
  for (let call = 0; call < 50; call++) await outcome(retry(down));
  expect(down).toHaveBeenCalledTimes(150);
  await outcome(retry(down));
  expect(down).toHaveBeenCalledTimes(151);
  for (let call = 0; call < 5; call++) await outcome(retry(requestWith(success)));
  await outcome(retry(down));
  expect(down).toHaveBeenCalledTimes(153);
});
