import { ChatClientError } from '../../client/errors.ts';
import { codeError } from '../texts/texts.ts';
import { loadLoginOptions, logOut, type OidcOptions, refresh } from './login.ts';
import type { SignInState } from './oidc.ts';
import { type Session, Sessions, type Tokens } from './session.ts';
import { pageStorage } from './storage.ts';

/** What the tab remembers while its user is at the issuer. */
const KEY = 'parley:sign-in';

/** Loads the code for OpenID Connect, and converts its errors. */
async function withOidc<T>(action: (oidc: typeof import('./oidc.ts')) => Promise<T>): Promise<T> {
  const oidc = await import('./oidc.ts').catch(() => {
    throw codeError('UNREACHABLE');
  });
  try {
    return await action(oidc);
  } catch (error) {
    if (error instanceof oidc.OidcError) throw new ChatClientError(error.code, error.message);
    throw error;
  }
}

/** Loads the options of the team's issuer. @throws ChatClientError if the chat does not answer or has no issuer */
async function oidcOptions(): Promise<OidcOptions> {
  const options = await loadLoginOptions();
  if (!options) throw codeError('UNREACHABLE');
  if (options.oidc) return options.oidc;
  throw codeError('SESSION_ENDED');
}

/** Sends the user to the issuer. @throws ChatClientError */
export const goToIssuer = (options: OidcOptions, again: boolean): Promise<void> =>
  withOidc(async (oidc) => {
    const { url, remember } = await oidc.beginSignIn(options, again);
    if (!pageStorage('sessionStorage').set(KEY, remember)) {
      throw codeError('STORAGE_BLOCKED');
    }
    location.assign(url);
  });

/**
 * Returns the issuer's answer if the issuer has just sent the user back, otherwise undefined. Removes the answer from the
 * address and the history, because its code is a credential.
 */
export function takeIssuerAnswer(): URLSearchParams | undefined {
  const answer = new URLSearchParams(location.search);
  if (!answer.has('state') || !(answer.has('code') || answer.has('error'))) return undefined;
  const { hash = '' } = (pageStorage('sessionStorage').get(KEY) ?? {}) as Partial<SignInState>;
  history.replaceState(null, '', `${location.pathname}${hash}`);
  return answer;
}

/** Exchanges the issuer's answer for tokens. @throws ChatClientError NOT_STARTED if this tab began none … */
export async function finishAtIssuer(answer: URLSearchParams): Promise<Tokens> {
  const tab = pageStorage('sessionStorage');
  const remembered = tab.get(KEY) as SignInState | undefined;
  // A code can be used once.
  tab.remove(KEY);
  if (!remembered) {
    throw codeError('NOT_STARTED');
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
