import { createHmac, hash } from 'node:crypto';
import { beforeEach, expect, test, vi } from 'vitest';
import { signedPoster } from '../../../functions/delivery/signed-poster.ts';
import { NOON } from '../../support/sample.ts';
import { watchThin } from './sdk-requests.ts';

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof import('node:crypto')>();
  return { ...actual, hash: vi.fn(actual.hash), createHmac: vi.fn(actual.createHmac) };
});

beforeEach(() => {
  vi.useFakeTimers({ now: NOON, toFake: ['Date'] });
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});

test('a post hashes three times and no more: its request, and twice for the signature; the frame is hashed once for all', async () => {
  const requests = watchThin();
  const poster = signedPoster('https://abc.execute-api.us-east-1.amazonaws.com/prod', {
    region: 'us-east-1',
  });
  const postAll = (frame: string) =>
    Promise.all(Array.from({ length: 100 }, (_, index) => poster.post(`${index}=`, frame)));
  // The first post makes the day's signing key.
  await poster.post('first=', 'first');
  vi.mocked(hash).mockClear();
  await postAll('second');
  expect(hash).toHaveBeenCalledTimes(1 + 100 * 3);
  expect(createHmac).not.toHaveBeenCalled();
  expect(requests).toHaveLength(101);
});
