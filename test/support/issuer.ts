import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { vi } from 'vitest';

export const rules = {
  issuer: 'http://127.0.0.1:8003/',
  audience: 'parley',
  jwksUri: 'http://127.0.0.1:8003/.well-known/jwks.json',
};

/** `undefined` removes a claim. */
type Claims = Record<string, string | boolean | undefined>;

/** An issuer whose keys are served by a mocked global `fetch`. */
export async function mockIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const toJwk = async (key: typeof publicKey, kid: string) => ({
    ...(await exportJWK(key)),
    kid,
    alg: 'ES256',
    use: 'sig',
  });
  const keys = [await toJwk(publicKey, 'k1')];
  const fetch = vi.fn(async (_url: URL) => Response.json({ keys }));
  vi.stubGlobal('fetch', fetch);
  const sign = (claims: Claims, { key = privateKey, expiresIn = '1h', kid = 'k1' } = {}) =>
    new SignJWT({ iss: rules.issuer, aud: rules.audience, sub: '1', ...claims } as JWTPayload)
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuedAt()
      .setExpirationTime(expiresIn)
      .sign(key);
  /** Adds a key, and returns the private half. */
  const rotate = async (kid: string) => {
    const pair = await generateKeyPair('ES256');
    keys.push(await toJwk(pair.publicKey, kid));
    return pair.privateKey;
  };
  return { fetch, sign, privateKey, rotate };
}
