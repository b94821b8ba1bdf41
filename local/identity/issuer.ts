import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose';

/** Somebody who can sign in locally. */
export interface LocalUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly userType?: string;
}

export interface TokenOptions {
  /** Seconds until the token runs out; negative for one that already has. 12 hours if absent. */
  readonly expiresInSeconds?: number;
  /** Claims that replace or add to the usual ones. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** An OpenID Connect issuer for one machine: it signs, and shows the key to verify with. */
export interface Issuer {
  readonly url: string;
  readonly audience: string;
  readonly jwksUri: string;
  /** `{ keys: [...] }`, public parts only. */
  readonly jwks: { readonly keys: readonly JWK[] };
  /** A signed JWT for `user`. */
  sign(user: LocalUser, options?: TokenOptions): Promise<string>;
}

const algorithm = 'ES256';
const audience = 'parley';
const defaultLifeSeconds = 12 * 60 * 60;

/**
 * Opens the issuer at `url`. Its key is kept in `file`, so that tokens outlive a restart, or (null) in
 * memory. Rejects with one clear line when the file holds no key.
 */
export async function openIssuer(url: string, file: string | null): Promise<Issuer> {
  const privateJwk = (file === null ? undefined : readKey(file)) ?? (await createKey(file));
  const { d: _secret, ...publicJwk } = privateJwk;
  const kid = await calculateJwkThumbprint(publicJwk);
  const key = await importKey(privateJwk, file);
  return {
    url,
    audience,
    jwksUri: `${url}/.well-known/jwks.json`,
    jwks: { keys: [{ ...publicJwk, kid, alg: algorithm, use: 'sig' }] },
    sign(user, { expiresInSeconds = defaultLifeSeconds, claims = {} } = {}) {
      const issuedAt = Math.floor(Date.now() / 1000);
      return new SignJWT({
        iss: url,
        aud: audience,
        sub: user.id,
        preferred_username: user.username,
        email: user.email,
        iat: issuedAt,
        exp: issuedAt + expiresInSeconds,
        ...claims,
      })
        .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
        .sign(key);
    },
  };
}

function readKey(file: string): JWK | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const key: JWK = JSON.parse(text);
    if (key.kty === 'EC' && typeof key.d === 'string') return key;
  } catch {
    // Falls through to the one error below.
  }
  throw unreadable(file);
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

async function importKey(jwk: JWK, file: string | null): Promise<CryptoKey | Uint8Array> {
  try {
    return await importJWK(jwk, algorithm);
  } catch (error) {
    throw unreadable(file ?? 'memory', error);
  }
}

function unreadable(file: string, cause?: unknown): Error {
  return new Error(`Issuer did not start: ${file} holds no signing key; delete it to get a new one`, {
    cause,
  });
}
