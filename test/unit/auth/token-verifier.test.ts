import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { tokenVerifier } from '../../../functions/auth/token-verifier.ts';
import { CLOCK_TOLERANCE_MS, hasValidToken } from '../../../functions/domain/connection.ts';
import { mockIssuer, rules } from '../../support/issuer.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const unauthenticated = expect.objectContaining({ code: 'UNAUTHENTICATED' });

describe('a valid token', () => {
  test('has a user and an expiry', async () => {
    const { sign } = await mockIssuer();
    const token = await sign({
      sub: '7',
      preferred_username: 'ann',
      email: 'ann@example.com',
      user_type: 'x',
    });
    const verified = await tokenVerifier(rules)(token);
    expect(verified.user).toEqual({ id: '7', username: 'ann', email: 'ann@example.com', userType: 'x' });
    expect(verified.expiresAt - Date.now()).toBeGreaterThan(3_500_000);
  });

  test('may be an access token of Cognito, with client_id in place of an audience', async () => {
    const { sign } = await mockIssuer();
    const token = await sign({ aud: undefined, client_id: 'parley', username: 'ann' });
    await expect(tokenVerifier(rules)(token)).resolves.toMatchObject({
      user: { username: 'ann', email: '' },
    });
  });

  test('uses cached keys after the first fetch', async () => {
    const { sign, fetch } = await mockIssuer();
    const verify = tokenVerifier(rules);
    await verify(await sign({}));
    await verify(await sign({ sub: '2' }));
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});

describe('rejects a token', () => {
  test.each([
    ['for another audience', { aud: 'another' }],
    ['for no audience', { aud: undefined }],
    ['of another issuer', { iss: 'https://example.com/' }],
    ['without a subject', { sub: undefined }],
  ])('%s', async (_why, claims) => {
    const { sign } = await mockIssuer();
    await expect(tokenVerifier(rules)(await sign(claims))).rejects.toEqual(unauthenticated);
  });

  test('that expired longer ago than the clock tolerance, which connections have too', async () => {
    const { sign } = await mockIssuer();
    const verify = tokenVerifier(rules);
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = await sign({}, { expiresIn: '1m' });
    const { expiresAt } = await verify(token);
    const last = expiresAt + CLOCK_TOLERANCE_MS;
    vi.setSystemTime(last);
    await expect(verify(token)).resolves.toMatchObject({ expiresAt });
    expect(hasValidToken({ tokenExpiresAt: expiresAt }, last)).toBe(true);
    vi.setSystemTime(last + 1);
    await expect(verify(token)).rejects.toEqual(unauthenticated);
    expect(hasValidToken({ tokenExpiresAt: expiresAt }, last + 1)).toBe(false);
  });

  test('without an expiry', async () => {
    const { privateKey } = await mockIssuer();
    const token = await new SignJWT({ iss: rules.issuer, aud: rules.audience, sub: '1' })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .sign(privateKey);
    await expect(tokenVerifier(rules)(token)).rejects.toEqual(unauthenticated);
  });

  test('signed with another key', async () => {
    const { sign } = await mockIssuer();
    const { privateKey: key } = await generateKeyPair('ES256');
    await expect(tokenVerifier(rules)(await sign({}, { key }))).rejects.toEqual(unauthenticated);
  });

  test.each(['', 'AAAA', 'A'.repeat(88)])('with a malformed signature: "%s"', async (signature) => {
    const { sign } = await mockIssuer();
    const token = (await sign({})).replace(/[^.]+$/, signature);
    await expect(tokenVerifier(rules)(token)).rejects.toEqual(unauthenticated);
  });

  test('without a signature', async () => {
    await mockIssuer();
    const token = new UnsecuredJWT({ iss: rules.issuer, aud: rules.audience, sub: '1' })
      .setExpirationTime('1h')
      .encode();
    await expect(tokenVerifier(rules)(token)).rejects.toEqual(unauthenticated);
  });

  test.each(['', 'a', 'a.b.c', '..', 'null'])('that is not a JWT: %j', async (token) => {
    await mockIssuer();
    await expect(tokenVerifier(rules)(token)).rejects.toEqual(unauthenticated);
  });
});

test('does not reject a token when the issuer cannot be reached', async () => {
  const { sign, fetch } = await mockIssuer();
  fetch.mockResolvedValue(new Response('', { status: 503 }));
  await expect(tokenVerifier(rules)(await sign({}))).rejects.not.toEqual(unauthenticated);
});

test('fetches keys without TLS only from loopback', async () => {
  const { sign, fetch } = await mockIssuer();
  const verify = tokenVerifier({ ...rules, jwksUri: 'http://keys.example.com/jwks.json' });
  await expect(verify(await sign({}))).rejects.toThrow();
  expect(fetch).not.toHaveBeenCalled();
});
