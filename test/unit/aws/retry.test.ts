import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Answer } from '../../../functions/aws/answer-reader.ts';
import { NoAnswer } from '../../../functions/aws/errors.ts';
import { retrying } from '../../../functions/aws/retry.ts';

const answer = (status: number, type = 'X'): Answer => ({
  status,
  head: `HTTP/1.1 ${status} said\r\nx-amzn-errortype: ${type}`,
  body: Buffer.from('{"message":"the service’s words"}'),
  keepAlive: true,
});
const fine = answer(200);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What came of it, once all its pauses are over. */
async function outcome(asked: Promise<Answer>): Promise<unknown> {
  const settled = asked.catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return settled;
}

const asking = (...answers: readonly (Answer | Error)[]) => {
  let next = 0;
  return vi.fn(async () => {
    const found = answers[Math.min(next++, answers.length - 1)] ?? fine;
    if (found instanceof Error) throw found;
    return found;
  });
};

test.each([
  ['a service that is busy', answer(503)],
  ['a fault of the service', answer(500, 'InternalServerError')],
  ['a table that is asked too much', answer(400, 'ProvisionedThroughputExceededException')],
  ['throttling', answer(429, 'TooManyRequestsException')],
  ['a connection that broke', new NoAnswer('the connection broke')],
])('%s is asked again', async (_what, first) => {
  const ask = asking(first, first, fine);
  expect(await outcome(retrying()(ask))).toBe(fine);
  expect(ask).toHaveBeenCalledTimes(3);
});

test.each([
  ['a condition that does not hold', 400, 'ConditionalCheckFailedException'],
  ['a missing grant', 400, 'AccessDeniedException'],
  ['a missing object', 404, 'NotFound'],
])('%s is an answer, and is not asked for again', async (_what, status, type) => {
  const ask = asking(answer(status, type));
  const error = { name: type, status, message: 'the service’s words', $fault: 'client' };
  expect(await outcome(retrying()(ask))).toMatchObject(error);
  expect(ask).toHaveBeenCalledTimes(1);
});

test('after three tries the service’s words are the error', async () => {
  const ask = asking(answer(503, 'com.amazonaws.x#ServiceUnavailable:http://x'));
  expect(await outcome(retrying()(ask))).toMatchObject({ name: 'ServiceUnavailable', $fault: 'server' });
  expect(ask).toHaveBeenCalledTimes(3);
});

test('a mistake of ours is thrown at once', async () => {
  const ask = asking(new TypeError('mistake'));
  expect(await outcome(retrying()(ask))).toBeInstanceOf(TypeError);
  expect(ask).toHaveBeenCalledTimes(1);
});

test('a service that is down is not stormed: after fifty failures each is asked once, until some succeed', async () => {
  const retry = retrying();
  const down = asking(answer(503));
  for (let call = 0; call < 50; call++) await outcome(retry(down));
  expect(down).toHaveBeenCalledTimes(150);
  await outcome(retry(down));
  expect(down).toHaveBeenCalledTimes(151);
  for (let call = 0; call < 5; call++) await outcome(retry(asking(fine)));
  await outcome(retry(down));
  expect(down).toHaveBeenCalledTimes(153);
});
