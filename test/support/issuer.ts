import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { vi } from 'vitest';

export const rules = {
  issuer: 'http://127.0.0.1:8003/',
  audience: 'parley',
  jwksUri: 'http://127.0.0.1:8003/.well-known/jwks.json',
};

/** `undefined` removes a claim. */
type Claims = Record<string, string | undefined>;

/** An issuer whose keys are served by a mocked global `fetch`. */
export async function mockIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  const fetch = vi.fn(async (_url: URL) => Response.json({ keys: [jwk] }));
  vi.stubGlobal('fetch', fetch);
  const sign = (claims: Claims, { key = privateKey, expiresIn = '1h', kid = 'k1' } = {}) =>
    new SignJWT({ iss: rules.issuer, aud: rules.audience, sub: '1', ...claims } as JWTPayload)
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuedAt()
      .setExpirationTime(expiresIn)
      .sign(key);
  return { fetch, sign, privateKey };
}
