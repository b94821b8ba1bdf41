import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Source } from '../../../functions/auth/credential.ts';
import { functionVerifier } from '../../../functions/auth/function-verifier.ts';
import { CLOCK_TOLERANCE_MS } from '../../../functions/domain/connection.ts';
import type { AuthRequest } from '../../../functions/domain/hooks.ts';
import { NOON } from '../../support/sample.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const source: Source = { kind: 'cookie', origin: 'https://chat.example.com', sourceIp: '203.0.113.7' };
const ann = { userId: '7', username: 'ann' };

const unauthenticated = expect.objectContaining({ name: 'ChatError', code: 'UNAUTHENTICATED' });
const unavailable = expect.objectContaining({ name: 'AuthUnavailableError' });

let now = NOON;
beforeEach(() => {
  now = NOON;
});

/** Returns a verifier, and the function of the team that it asks. */
function verifierFor(answer: unknown) {
  const ask = vi.fn(async (_request: AuthRequest): Promise<unknown> => answer);
  return { ask, verify: functionVerifier(ask, () => now) };
}

describe('a user', () => {
  test('comes from the function, which gets the credential and its source', async () => {
    const { ask, verify } = verifierFor({
      ...ann,
      email: 'ann@example.com',
      attributes: { user_type: 'teacher', team: 'red' },
      expiresAt: NOON + MINUTE,
    });
    await expect(verify('8f7c', source)).resolves.toEqual({
      user: { id: '7', username: 'ann', email: 'ann@example.com', userType: 'teacher' },
      expiresAt: NOON + MINUTE,
    });
    expect(ask.mock.calls).toEqual([[{ credential: '8f7c', ...source }]]);
  });

  test('needs no email, no attributes and no expiry: the session then lasts an hour', async () => {
    const { verify } = verifierFor(ann);
    await expect(verify('8f7c', source)).resolves.toEqual({
      user: { id: '7', username: 'ann', email: '', userType: '' },
      expiresAt: NOON + HOUR,
    });
  });

  test('whose session has expired is refused after the clock tolerance', async () => {
    const { verify } = verifierFor({ ...ann, expiresAt: NOON - CLOCK_TOLERANCE_MS });
    await expect(verify('8f7c', source)).resolves.toMatchObject({ expiresAt: NOON - CLOCK_TOLERANCE_MS });
    now += 1;
    await expect(verify('8f7c', source)).rejects.toEqual(unauthenticated);
  });
});

test('null refuses the credential', async () => {
  await expect(verifierFor(null).verify('8f7c', source)).rejects.toEqual(unauthenticated);
});

test.each([
  ['empty', ''],
  ['longer than 4,096 characters', 'a'.repeat(4_097)],
  ['with a space', '8f 7c'],
  ['with a line break', '8f7c\n'],
  ['not ASCII', '8f7ç'],
])('a credential that is %s is refused without asking', async (_which, credential) => {
  const { ask, verify } = verifierFor(ann);
  await expect(verify(credential, source)).rejects.toEqual(unauthenticated);
  expect(ask).not.toHaveBeenCalled();
});

test('asks the function about a credential of 4,096 characters', async () => {
  await expect(verifierFor(ann).verify('a'.repeat(4_096), source)).resolves.toMatchObject({
    user: { id: '7' },
  });
});

test('a user has the name and the picture of the answer', async () => {
  const shown = { name: 'Ann Kay', avatarUrl: 'https://example.com/ann.png' };
  const { verify } = verifierFor({ ...ann, ...shown });
  await expect(verify('8f7c', source)).resolves.toMatchObject({ user: { username: 'ann', ...shown } });
});

describe('a malformed answer lets nobody in, and the error names the field and no value:', () => {
  test.each([
    ['nothing', undefined, 'its type'],
    ['a text', 'secret', 'its type'],
    ['a list', [ann], 'userId'],
    ['no id', { username: 'ann' }, 'userId'],
    ['a number for an id', { ...ann, userId: 7 }, 'userId'],
    ['an empty id', { ...ann, userId: '' }, 'userId'],
    ['an id that is too long', { ...ann, userId: 'é'.repeat(65) }, 'userId'],
    ['an id with a control character', { ...ann, userId: '7\n' }, 'userId'],
    ['no name', { userId: '7' }, 'username'],
    ['an empty name', { ...ann, username: '' }, 'username'],
    ['a name that is too long', { ...ann, username: 'a'.repeat(257) }, 'username'],
    ['a name with a lone surrogate', { ...ann, username: 'a\ud83d' }, 'username'],
    ['an empty name to show', { ...ann, name: '' }, 'name'],
    ['a picture that is not on https', { ...ann, avatarUrl: 'http://example.com/a.png' }, 'avatarUrl'],
    ['null for an email', { ...ann, email: null }, 'email'],
    ['an email that is too long', { ...ann, email: 'a'.repeat(255) }, 'email'],
    ['an attribute that is not a string', { ...ann, attributes: { user_type: 1 } }, 'attributes'],
    ['an expiry in seconds', { ...ann, expiresAt: NOON / SECOND }, 'expiresAt'],
    ['an expiry as text', { ...ann, expiresAt: '2030-01-01T00:00:00Z' }, 'expiresAt'],
    ['an expiry that is not a date', { ...ann, expiresAt: Number.MAX_SAFE_INTEGER }, 'expiresAt'],
    ['a misspelt field', { ...ann, expires_at: NOON + MINUTE }, 'expires_at'],
  ])('%s', async (_which, answer, field) => {
    const { ask, verify } = verifierFor(answer);
    const message = `Credential not verified: the answer of the function is malformed in ${field}. See the log of the function.`;
    await expect(verify('8f7c', source)).rejects.toEqual(unavailable);
    await expect(verify('8f7c', source)).rejects.toMatchObject({ message });
    // The verifier does not keep the answer.
    expect(ask).toHaveBeenCalledTimes(2);
  });
});

test('a failure lets nobody in, is not kept, and quotes no message', async () => {
  const { ask, verify } = verifierFor(ann);
  const failure = new Error('no session 8f7c');
  failure.name = 'TooManyRequestsException';
  ask.mockRejectedValueOnce(failure);
  const failed = verify('8f7c', source);
  await expect(failed).rejects.toEqual(unavailable);
  await expect(failed).rejects.toMatchObject({
    message:
      'Credential not verified: invoking the function failed with TooManyRequestsException. See the log of the function.',
  });
  await expect(verify('8f7c', source)).resolves.toMatchObject({ user: { id: '7' } });
});

describe('an answer is kept', () => {
  test('for 60 seconds after the request', async () => {
    const { ask, verify } = verifierFor(ann);
    ask.mockImplementationOnce(async () => {
      now += SECOND;
      return ann;
    });
    const { expiresAt } = await verify('8f7c', source);
    now = NOON + MINUTE - 1;
    await expect(verify('8f7c', source)).resolves.toMatchObject({ expiresAt });
    expect(ask).toHaveBeenCalledTimes(1);
    now = NOON + MINUTE;
    await verify('8f7c', source);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  test('never beyond its expiry', async () => {
    const { ask, verify } = verifierFor({ ...ann, expiresAt: NOON + SECOND });
    await verify('8f7c', source);
    now += SECOND - 1;
    await verify('8f7c', source);
    expect(ask).toHaveBeenCalledTimes(1);
    now += 1;
    ask.mockResolvedValue(null);
    await expect(verify('8f7c', source)).rejects.toEqual(unauthenticated);
  });

  test('for 5 seconds if it is a refusal', async () => {
    const { ask, verify } = verifierFor(null);
    await expect(verify('8f7c', source)).rejects.toEqual(unauthenticated);
    ask.mockResolvedValue(ann);
    now += 5 * SECOND - 1;
    await expect(verify('8f7c', source)).rejects.toEqual(unauthenticated);
    expect(ask).toHaveBeenCalledTimes(1);
    now += 1;
    await expect(verify('8f7c', source)).resolves.toMatchObject({ user: { id: '7' } });
  });

  test.each([
    ['credential', { credential: '8f7d' }],
    ['place', { kind: 'bearer' }],
    ['origin', { origin: null }],
    ['address', { sourceIp: '203.0.113.8' }],
  ])('only for the same %s', async (_what, other) => {
    const { ask, verify } = verifierFor(ann);
    await verify('8f7c', source);
    const { credential, ...otherSource } = { credential: '8f7c', ...source, ...other } as AuthRequest;
    ask.mockResolvedValue(null);
    await expect(verify(credential, otherSource)).rejects.toEqual(unauthenticated);
  });

  test('only for the newest 1,000 users, which a flood of invalid credentials does not displace', async () => {
    const { ask, verify } = verifierFor(ann);
    for (let index = 0; index < 1_001; index++) await verify(`good-${index}`, source);
    ask.mockResolvedValue(null);
    for (let index = 0; index < 1_001; index++) await verify(`bad-${index}`, source).catch(() => undefined);
    ask.mockClear();
    await verify('good-1', source);
    await expect(verify('bad-1', source)).rejects.toEqual(unauthenticated);
    expect(ask).not.toHaveBeenCalled();
    await expect(verify('good-0', source)).rejects.toEqual(unauthenticated);
    await expect(verify('bad-0', source)).rejects.toEqual(unauthenticated);
    expect(ask).toHaveBeenCalledTimes(2);
  });
});

describe('requests that arrive at the same moment', () => {
  test('share one invocation for the same credential, even if it fails', async () => {
    const { ask, verify } = verifierFor(ann);
    await Promise.all([verify('8f7c', source), verify('8f7c', source), verify('8f7d', source)]);
    expect(ask).toHaveBeenCalledTimes(2);
    ask.mockClear();
    ask.mockRejectedValue(new Error('no'));
    const failed = await Promise.allSettled([verify('8f7e', source), verify('8f7e', source)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(ask).toHaveBeenCalledTimes(1);
  });
});
