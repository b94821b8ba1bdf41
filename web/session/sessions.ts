import { ChatClientError } from '../../client/index.ts';
import { loadLoginOptions, logOut, type OidcOptions, refresh } from './login.ts';
import type { SignInState } from './oidc.ts';
import { type Session, Sessions, type Tokens } from './session.ts';
import { pageStorage } from './storage.ts';

/** What the tab remembers while its user is at the issuer. */
const KEY = 'parley:sign-in';

/** Loads the code for OpenID Connect, and converts its errors. */
async function withOidc<T>(action: (oidc: typeof import('./oidc.ts')) => Promise<T>): Promise<T> {
  const oidc = await import('./oidc.ts').catch(() => {
    const message =
      'Not signed in: a part of the page could not be loaded. Check your network and try again.';
    throw new ChatClientError('UNREACHABLE', message);
  });
  try {
    return await action(oidc);
  } catch (error) {
    if (error instanceof oidc.OidcError) throw new ChatClientError(error.code, error.message);
    throw error;
  }
}

/** @throws ChatClientError if the chat has no issuer for the page */
async function oidcOptions(): Promise<OidcOptions> {
  const options = await loadLoginOptions();
  if (!options) {
    const message = 'Not signed in: the chat did not say how. Try again in a moment.';
    throw new ChatClientError('UNREACHABLE', message);
  }
  if (options.oidc) return options.oidc;
  throw new ChatClientError('SESSION_ENDED', 'Not signed in: users of this chat sign in elsewhere now.');
}

/** Sends the user to the issuer. @throws ChatClientError */
export const goToIssuer = (options: OidcOptions, again: boolean): Promise<void> =>
  withOidc(async (oidc) => {
    const { url, remember } = await oidc.beginSignIn(options, again);
    if (!pageStorage('sessionStorage').set(KEY, remember)) {
      throw new ChatClientError(
        'STORAGE_BLOCKED',
        'Not signed in: your browser blocks the storage that signing in needs. Allow it for this page.',
      );
    }
    location.assign(url);
  });

/**
 * Returns what the issuer has answered, if it has just sent the user back. Removes it from the address and from the
 * history, because a code is a credential.
 */
export function takeIssuerAnswer(): URLSearchParams | undefined {
  const answer = new URLSearchParams(location.search);
  if (!answer.has('state') || !(answer.has('code') || answer.has('error'))) return undefined;
  const { hash = '' } = (pageStorage('sessionStorage').get(KEY) ?? {}) as Partial<SignInState>;
  history.replaceState(null, '', `${location.pathname}${hash}`);
  return answer;
}

/** Exchanges the issuer's answer for tokens. @throws ChatClientError NOT_STARTED if this tab has not asked for it … */
export async function finishAtIssuer(answer: URLSearchParams): Promise<Tokens> {
  const tab = pageStorage('sessionStorage');
  const remembered = tab.get(KEY) as SignInState | undefined;
  // A code can be used once.
  tab.remove(KEY);
  if (!remembered) {
    throw new ChatClientError(
      'NOT_STARTED',
      'Not signed in: this tab has not started the sign-in. Sign in again.',
    );
  }
  const options = await oidcOptions();
  return withOidc((oidc) => oidc.finishSignIn(options, answer, remembered));
}

async function revoke({ byIssuer, refreshToken }: Session): Promise<void> {
  if (!byIssuer || refreshToken === undefined) return logOut(refreshToken);
  const options = await oidcOptions();
  await withOidc((oidc) => oidc.revoke(options, refreshToken));
}

/** The session of this tab. */
export const sessions = new Sessions({
  refresh: async ({ byIssuer, refreshToken }) => {
    if (!byIssuer) return refresh(refreshToken);
    const options = await oidcOptions();
    return withOidc((oidc) => oidc.refresh(options, refreshToken));
  },
  revoke,
});
