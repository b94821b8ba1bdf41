import { hash } from 'node:crypto';
import { beforeEach, expect, test, vi } from 'vitest';
import { signedPoster } from '../../../functions/delivery/signed-poster.ts';
import { NOON } from '../../support/sample.ts';
import { recordSigned } from './sdk-requests.ts';

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof import('node:crypto')>();
  return { ...actual, hash: vi.fn(actual.hash) };
});

beforeEach(() => {
  vi.useFakeTimers({ now: NOON, toFake: ['Date'] });
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});

/** Returns the number of hashed texts that match. */
const hashed = (pattern: RegExp) =>
  vi.mocked(hash).mock.calls.filter(([, content]) => pattern.test(String(content))).length;

test('hashes a frame once for all its connections, and derives the signing key once a day', async () => {
  const requests = recordSigned();
  const poster = signedPoster('https://abc.execute-api.us-east-1.amazonaws.com/prod', {
    region: 'us-east-1',
  });
  const postAll = (frame: string) =>
    Promise.all(Array.from({ length: 100 }, (_, index) => poster.post(`${index}=`, frame)));
  await postAll('first frame');
  await postAll('second frame');
  expect(requests).toHaveLength(200);
  expect(hashed(/^(first|second) frame$/)).toBe(2);
  // The derivation hashes the credential scope's last part, `aws4_request`, under a key of its own.
  expect(hashed(/[^/]aws4_request$/)).toBe(1);
  vi.setSystemTime(NOON + 24 * 60 * 60 * 1000);
  await postAll('first frame');
  expect(hashed(/[^/]aws4_request$/)).toBe(2);
});
