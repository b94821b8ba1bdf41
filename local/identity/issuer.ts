import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { isObject, parseJson } from '../object.ts';

/** A user of the local stack. */
export interface LocalUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly userType?: string;
}

export interface TokenOptions {
  /** Seconds until the token expires; 12 hours if absent. A negative value makes an expired token. */
  readonly expiresInSeconds?: number;
  /** Claims that replace the default ones or add to them. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** The local OpenID Connect issuer: signs tokens and publishes the public key. */
export interface Issuer {
  readonly url: string;
  readonly audience: string;
  readonly jwksUri: string;
  /** Public keys only. */
  readonly jwks: { readonly keys: readonly JWK[] };
  /** Resolves to a signed JWT for `user`. */
  sign(user: LocalUser, options?: TokenOptions): Promise<string>;
  /** Resolves to the claims of a token of this issuer, or to undefined if the token is invalid or expired. */
  verify(token: string): Promise<JWTPayload | undefined>;
}

const algorithm = 'ES256';
const audience = 'parley';
const defaultExpirySeconds = 12 * 60 * 60;

/**
 * Opens the issuer at `url`. Stores its key in `file`, so that tokens stay valid after a restart, or (null) in memory.
 * @throws if the file exists and contains no key
 */
export async function openIssuer(url: string, file: string | null): Promise<Issuer> {
  const privateJwk = (file === null ? undefined : readKey(file)) ?? (await createKey(file));
  const { d: _secret, ...publicJwk } = privateJwk;
  const key = await importJWK(privateJwk, algorithm).catch((error) => {
    throw invalidKey(String(file), error);
  });
  const publicKey = await importJWK(publicJwk, algorithm);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    url,
    audience,
    jwksUri: `${url}/.well-known/jwks.json`,
    jwks: { keys: [{ ...publicJwk, kid, alg: algorithm, use: 'sig' }] },
    sign(user, { expiresInSeconds = defaultExpirySeconds, claims = {} } = {}) {
      const issuedAt = Math.floor(Date.now() / 1000);
      return new SignJWT({
        iss: url,
        aud: audience,
        sub: user.id,
        preferred_username: user.username,
        email: user.email,
        email_verified: true,
        iat: issuedAt,
        exp: issuedAt + expiresInSeconds,
        ...claims,
      })
        .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
        .sign(key);
    },
    verify: async (token) => (await jwtVerify(token, publicKey).catch(() => undefined))?.payload,
  };
}

function readKey(file: string): JWK | undefined {
  if (!existsSync(file)) return undefined;
  const key = parseJson(readFileSync(file, 'utf8'));
  if (isObject(key) && key['kty'] === 'EC' && typeof key['d'] === 'string') return key;
  throw invalidKey(file);
}

async function createKey(file: string | null): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const key = await exportJWK(privateKey);
  if (file !== null) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(key), { mode: 0o600 });
  }
  return key;
}

function invalidKey(file: string, cause?: unknown): Error {
  const message = `Could not start the issuer: ${file} contains no signing key. Delete it to create a new key.`;
  return new Error(message, { cause });
}
