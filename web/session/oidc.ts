import * as oauth from 'oauth4webapi';
import type { OidcOptions } from './login.ts';
import type { Tokens } from './session.ts';

// This module is loaded only when it is needed. It imports only types from the page, so that it shares no code with it.

/** The state of a sign-in, which the tab remembers while its user is at the issuer. */
export interface SignInState {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The fragment of the page's address, which names the room that was open. */
  readonly hash: string;
}

/** A failure that the page shows. */
export class OidcError extends Error {
  override readonly name = 'OidcError';
  /** `SESSION_ENDED` if the user must sign in again, `UNREACHABLE` if it may work later. */
  readonly code: 'SESSION_ENDED' | 'UNREACHABLE' | 'SIGN_IN_CANCELLED' | 'SIGN_IN_FAILED';

  /** @param detail the issuer's error code, for an administrator; empty if its answer is not valid */
  constructor(code: OidcError['code'], cause?: unknown, detail = '') {
    const why = detail
      ? `the sign-in service answered “${detail}”. Try again, or ask an administrator.`
      : 'the answer of the sign-in service is not valid. Try again.';
    super(`Couldn't sign in: ${why}`, { cause });
    this.code = code;
  }
}

const TIMEOUT_MS = 30_000;

/** Only an issuer on this machine may use plain HTTP: the settings of the chat refuse any other. */
const requestOptions = ({ issuer }: OidcOptions) => ({
  signal: AbortSignal.timeout(TIMEOUT_MS),
  [oauth.allowInsecureRequests]: issuer.startsWith('http:'),
});

/**
 * A device's clock may be wrong by hours, and the chat checks the expiry of each token. A token that comes straight from
 * the issuer, with the right nonce, is fresh in any case.
 */
const CLOCK_TOLERANCE_SECONDS = 24 * 60 * 60;

const clientOf = ({ client_id }: OidcOptions): oauth.Client => ({
  client_id,
  [oauth.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
});

/** The address of the page, as it is registered at the issuer. */
const redirectUri = (): string => `${location.origin}/`;

/** Whether the issuer answered with a status that says to try again. */
function isOutage(error: unknown): boolean {
  const answer = error instanceof oauth.ResponseBodyError ? error : error instanceof Error && error.cause;
  const status = answer instanceof Response || answer instanceof oauth.ResponseBodyError ? answer.status : 0;
  return status >= 500 || status === 429;
}

function failure(error: unknown): OidcError {
  if (error instanceof OidcError) return error;
  if (isOutage(error)) return new OidcError('UNREACHABLE', error);
  if (error instanceof oauth.AuthorizationResponseError) {
    const code = error.error === 'access_denied' ? 'SIGN_IN_CANCELLED' : 'SIGN_IN_FAILED';
    return new OidcError(code, error, error.error);
  }
  if (error instanceof oauth.ResponseBodyError) {
    return error.error === 'invalid_grant'
      ? new OidcError('SESSION_ENDED', error)
      : new OidcError('SIGN_IN_FAILED', error, error.error);
  }
  if (error instanceof oauth.OperationProcessingError) return new OidcError('SIGN_IN_FAILED', error);
  return new OidcError('UNREACHABLE', error);
}

async function discover(options: OidcOptions): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(options.issuer);
  const response = await oauth.discoveryRequest(issuer, { ...requestOptions(options), algorithm: 'oidc' });
  return oauth.processDiscoveryResponse(issuer, response);
}

const nameIn = (claims: oauth.IDToken | undefined): string | undefined =>
  [claims?.['preferred_username'], claims?.['name'], claims?.['email']].find(
    (claim) => typeof claim === 'string',
  );

function tokensOf(options: OidcOptions, answer: oauth.TokenEndpointResponse): Tokens {
  const token = answer[options.token];
  if (token === undefined) {
    // An issuer may leave the ID token out of the answer to a refresh (OpenID Connect Core, 12.2).
    throw new OidcError('SESSION_ENDED');
  }
  const name = nameIn(oauth.getValidatedIdTokenClaims(answer));
  return { token, refreshToken: answer.refresh_token, name };
}

/**
 * Starts a sign-in. Returns the address of the issuer's sign-in page, and the state that the tab must keep until the
 * issuer sends the user back.
 * @param again whether the user must enter their credentials even if they are still signed in at the issuer
 * @throws OidcError
 */
export async function beginSignIn(
  options: OidcOptions,
  again: boolean,
): Promise<{ readonly url: string; readonly remember: SignInState }> {
  try {
    const { authorization_endpoint } = await discover(options);
    if (authorization_endpoint === undefined) {
      throw new OidcError('SIGN_IN_FAILED', undefined, 'no authorization_endpoint');
    }
    const verifier = oauth.generateRandomCodeVerifier();
    const remember = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier,
      hash: location.hash,
    };
    const url = new URL(authorization_endpoint);
    const parameters: Record<string, string> = {
      client_id: options.client_id,
      redirect_uri: redirectUri(),
      response_type: 'code',
      scope: options.scope,
      state: remember.state,
      nonce: remember.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      // Some issuers need it to make a JWT. Others ignore it (RFC 6749, 3.1).
      ...(options.token === 'access_token' && { audience: options.audience }),
      ...(again && { prompt: 'login' }),
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return { url: url.href, remember };
  } catch (error) {
    throw failure(error);
  }
}

/**
 * Exchanges the code in the issuer's answer for tokens.
 * @throws OidcError
 */
export async function finishSignIn(
  options: OidcOptions,
  answer: URLSearchParams,
  { state, nonce, verifier }: SignInState,
): Promise<Tokens> {
  try {
    const server = await discover(options);
    const client = clientOf(options);
    const checked = oauth.validateAuthResponse(server, client, answer, state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      checked,
      redirectUri(),
      verifier,
      requestOptions(options),
    );
    return tokensOf(
      options,
      await oauth.processAuthorizationCodeResponse(server, client, response, {
        expectedNonce: nonce,
        requireIdToken: true,
      }),
    );
  } catch (error) {
    throw failure(error);
  }
}

/** @throws OidcError */
export async function refresh(options: OidcOptions, refreshToken: string): Promise<Tokens> {
  try {
    const server = await discover(options);
    const client = clientOf(options);
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      oauth.None(),
      refreshToken,
      requestOptions(options),
    );
    return tokensOf(options, await oauth.processRefreshTokenResponse(server, client, response));
  } catch (error) {
    throw failure(error);
  }
}

/** Revokes a refresh token, if the issuer can. @throws OidcError */
export async function revoke(options: OidcOptions, refreshToken: string): Promise<void> {
  try {
    const server = await discover(options);
    if (server.revocation_endpoint === undefined) return;
    const client = clientOf(options);
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, client, oauth.None(), refreshToken, requestOptions(options)),
    );
  } catch (error) {
    throw failure(error);
  }
}
