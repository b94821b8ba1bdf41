import {
  FetchError,
  JwksValidationError,
  JwkValidationError,
  JwtBaseError,
  JwtInvalidClaimError,
  WaitPeriodNotYetEndedJwkError,
} from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import { CLOCK_TOLERANCE_MS } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import { isUserId } from '../domain/id.ts';
import type { User } from '../domain/member.ts';
import { shownProfile } from '../domain/profile.ts';
import type { Verified } from './credential.ts';
import { jwksFetcher } from './jwks-fetcher.ts';

/** The accepted issuer and audience of tokens. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
}

/** The issuer's keys could not be fetched, so nothing is known about the token. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

class JwtClaimError extends JwtInvalidClaimError {}

/** Cognito's access tokens have `client_id` in place of `aud` (AWS: "Understanding the access token"). */
function checkClaims(payload: JwtPayload, audience: string): void {
  const named = [payload.aud ?? payload['client_id']].flat();
  if (!named.includes(audience)) {
    throw new JwtClaimError(
      'Token rejected: it was issued for another audience. Sign in again.',
      named.join(),
      audience,
    );
  }
  if (typeof payload.exp !== 'number' || typeof payload.sub !== 'string' || !isUserId(payload.sub)) {
    const message = 'Token rejected: it has no expiry, or its subject cannot be a user id. Sign in again.';
    throw new JwtClaimError(message, undefined);
  }
}

const firstText = (...claims: unknown[]): string | undefined =>
  claims.find((claim): claim is string => typeof claim === 'string' && claim !== '');

/** Users can write any address into their profile, until they prove that it is theirs. Some issuers send a text. */
const isVerified = (claim: unknown): boolean => claim === true || claim === 'true';

function toUser(payload: JwtPayload): User {
  const id = String(payload.sub);
  const username = firstText(
    payload['cognito:username'],
    payload['username'],
    payload['preferred_username'],
    payload['nickname'],
    payload['name'],
  );
  return {
    id,
    username: username ?? id,
    email: isVerified(payload['email_verified']) ? (firstText(payload['email']) ?? '') : '',
    userType: firstText(payload['custom:user_type'], payload['user_type']) ?? '',
    ...shownProfile(payload['name'], payload['picture']),
  };
}

/** Node throws when an elliptic curve signature has the wrong length, instead of returning false. */
const isMalformed = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_CRYPTO_OPERATION_FAILED';

/**
 * Whether an error says nothing about the token. aws-jwt-verify fetches keys again for an unknown `kid`, but not within
 * 10 seconds of the last fetch that did not find one.
 */
const keysUnavailable = (error: unknown): boolean =>
  error instanceof FetchError ||
  error instanceof JwksValidationError ||
  error instanceof JwkValidationError ||
  error instanceof WaitPeriodNotYetEndedJwkError;

/**
 * Returns a function that verifies an issuer's tokens. It caches the issuer's keys, so create it once for each
 * execution environment. It throws ChatError UNAUTHENTICATED for an invalid token, and KeysUnavailableError.
 */
export function tokenVerifier(rules: TokenRules): (token: string) => Promise<Verified> {
  const verifier = JwtVerifier.create(
    {
      issuer: rules.issuer,
      jwksUri: rules.jwksUri,
      audience: null,
      graceSeconds: CLOCK_TOLERANCE_MS / 1000,
      customJwtCheck: ({ payload }) => checkClaims(payload, rules.audience),
    },
    { jwksCache: new SimpleJwksCache({ fetcher: jwksFetcher() }) },
  );
  return async (token) => {
    try {
      const payload = await verifier.verify(token);
      // A token without the claim counts as issued long ago.
      const issuedAt = Number(payload.iat ?? 0) * 1000;
      return { user: toUser(payload), expiresAt: Number(payload.exp) * 1000, issuedAt };
    } catch (error) {
      if (keysUnavailable(error)) {
        const message = 'Token not verified: the keys of the issuer could not be fetched. Check its jwksUri.';
        throw new KeysUnavailableError(message, { cause: error });
      }
      if (error instanceof JwtBaseError || isMalformed(error)) throw new ChatError('UNAUTHENTICATED');
      throw error;
    }
  };
}
