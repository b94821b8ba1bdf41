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
      email_verified: true,
      user_type: 'x',
    });
    const verified = await tokenVerifier(rules)(token);
    expect(verified.user).toEqual({ id: '7', username: 'ann', email: 'ann@example.com', userType: 'x' });
    expect(verified.expiresAt - Date.now()).toBeGreaterThan(3_500_000);
  });

  test('has the name and the picture of its claims, if others can see them', async () => {
    const { sign } = await mockIssuer();
    const userOf = async (claims: object) =>
      (await tokenVerifier(rules)(await sign({ sub: '7', ...claims }))).user;
    const picture = 'https://example.com/ann.png?size=64';
    expect(await userOf({ name: ' Ann\nKay ', picture })).toMatchObject({
      name: 'Ann Kay',
      avatarUrl: picture,
    });
    expect((await userOf({ name: '👋'.repeat(300) })).name).toBe('👋'.repeat(200));
    for (const wrong of [
      { name: ' ', picture: 'http://example.com/ann.png' },
      { name: 7, picture: 'javascript:alert(1)' },
      { name: '', picture: `https://example.com/${'x'.repeat(2_048)}` },
      { picture: 'https://ann:secret@example.com/' },
      { picture: 'https://example.com/"onerror="alert(1)' },
      { picture: 'https://' },
      { picture: ['https://example.com/ann.png'] },
    ]) {
      const user = await userOf(wrong);
      expect(user).not.toHaveProperty('name');
      expect(user).not.toHaveProperty('avatarUrl');
    }
  });

  test.each([
    ['unverified', false, ''],
    ['unverified, as text', 'false', ''],
    ['of an issuer that says nothing about it', undefined, ''],
    ['verified', true, 'ann@example.com'],
    ['verified, as text', 'true', 'ann@example.com'],
  ])('has the email only if the issuer verified it: %s', async (_which, email_verified, email) => {
    const { sign } = await mockIssuer();
    const token = await sign({ email: 'ann@example.com', email_verified });
    await expect(tokenVerifier(rules)(token)).resolves.toMatchObject({ user: { email } });
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

describe('does not reject a token', () => {
  const unavailable = expect.objectContaining({ name: 'KeysUnavailableError' });

  test.each([
    ['the issuer answers 503', () => new Response('', { status: 503 })],
    ['the keys are not JSON', () => new Response('<html>')],
    ['a key is malformed', () => Response.json({ keys: [{ kid: 'k1' }] })],
  ])('when %s', async (_why, answer) => {
    const { sign, fetch } = await mockIssuer();
    fetch.mockImplementation(async () => answer());
    await expect(tokenVerifier(rules)(await sign({}))).rejects.toEqual(unavailable);
  });

  test('with an unknown key while the keys may not be fetched again, and accepts it after the fetch', async () => {
    vi.useFakeTimers();
    const { sign, fetch, rotate } = await mockIssuer();
    const verify = tokenVerifier(rules);
    await verify(await sign({}));
    await expect(verify(await sign({}, { kid: 'forged' }))).rejects.toEqual(unauthenticated);
    const key = await rotate('k2');
    const token = await sign({}, { key, kid: 'k2' });
    await expect(verify(token)).rejects.toEqual(unavailable);
    expect(fetch).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(10_000);
    await expect(verify(token)).resolves.toMatchObject({ user: { id: '1' } });
  });

  test('with an unknown key if fetching the keys again fails', async () => {
    const { sign, fetch } = await mockIssuer();
    const verify = tokenVerifier(rules);
    await verify(await sign({}));
    fetch.mockResolvedValue(new Response('', { status: 500 }));
    await expect(verify(await sign({}, { kid: 'k2' }))).rejects.toEqual(unavailable);
  });
});

test('fetches keys without TLS only from loopback', async () => {
  const { sign, fetch } = await mockIssuer();
  const verify = tokenVerifier({ ...rules, jwksUri: 'http://keys.example.com/jwks.json' });
  await expect(verify(await sign({}))).rejects.toThrow();
  expect(fetch).not.toHaveBeenCalled();
});
