import {
  FetchError,
  JwksValidationError,
  JwkValidationError,
  JwtBaseError,
  JwtInvalidClaimError,
} from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import { CLOCK_TOLERANCE_MS } from '../domain/connection.ts';
import { ChatError } from '../domain/errors.ts';
import type { User } from '../domain/member.ts';
import { jwksFetcher } from './jwks-fetcher.ts';

/** Whose tokens count, and for whom they must have been issued. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
}

export interface VerifiedToken {
  readonly user: User;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

class JwtUnboundError extends JwtInvalidClaimError {}

/** Cognito's access tokens name the app client in `client_id` and have no `aud` (AWS: understanding the access token). */
function checkAudience(payload: JwtPayload, audience: string): void {
  const named = [payload.aud ?? payload['client_id']].flat();
  if (!named.includes(audience)) {
    throw new JwtUnboundError('Token refused: it was issued for another audience', named.join(), audience);
  }
  if (typeof payload.exp !== 'number' || typeof payload.sub !== 'string' || payload.sub === '') {
    throw new JwtUnboundError('Token refused: it has no expiry or no subject', undefined);
  }
}

const firstText = (...claims: unknown[]): string | undefined =>
  claims.find((claim): claim is string => typeof claim === 'string' && claim !== '');

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
    email: firstText(payload['email']) ?? '',
    userType: firstText(payload['custom:user_type'], payload['user_type']) ?? '',
  };
}

/** Node throws at a signature of an elliptic curve that has not its length, instead of calling it false. */
const isMalformed = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_CRYPTO_OPERATION_FAILED';

/** An issuer that cannot be reached is our fault, and no reason to tell a user that their token is bad. */
const isOurFault = (error: unknown): boolean =>
  !(error instanceof JwtBaseError) ||
  error instanceof FetchError ||
  error instanceof JwksValidationError ||
  error instanceof JwkValidationError;

/**
 * Makes the verifier of an issuer's tokens. It keeps the issuer's keys, so make it once for each execution environment.
 * The function that it returns throws ChatError UNAUTHENTICATED for a token that does not count.
 */
export function tokenVerifier(rules: TokenRules): (token: string) => Promise<VerifiedToken> {
  const verifier = JwtVerifier.create(
    {
      issuer: rules.issuer,
      jwksUri: rules.jwksUri,
      audience: null,
      graceSeconds: CLOCK_TOLERANCE_MS / 1000,
      customJwtCheck: ({ payload }) => checkAudience(payload, rules.audience),
    },
    { jwksCache: new SimpleJwksCache({ fetcher: jwksFetcher() }) },
  );
  return async (token) => {
    try {
      const payload = await verifier.verify(token);
      return { user: toUser(payload), expiresAt: Number(payload.exp) * 1000 };
    } catch (error) {
      if (isOurFault(error) && !isMalformed(error)) throw error;
      throw new ChatError('UNAUTHENTICATED');
    }
  };
}
