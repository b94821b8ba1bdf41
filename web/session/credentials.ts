import { codeError } from '../texts/texts.ts';
import { answerOf, errorOf, identify, post, tokensOf } from './login.ts';
import type { Tokens } from './session.ts';

/** The answer to a temporary password. The chat wants it back with the new password. */
export interface PasswordChallenge {
  readonly username: string;
  readonly session: string;
  readonly attributes: readonly string[];
}

/**
 * Signs in with a user name and a password. Returns a challenge if the password is temporary.
 * @throws ChatClientError WRONG_PASSWORD, UNREACHABLE, NO_PASSWORD_LOGIN if the chat uses another token issuer …
 */
export async function signInWithPassword(
  username: string,
  password: string,
): Promise<Tokens | PasswordChallenge> {
  const response = await post('/api/login/', { username, password });
  const answer = await answerOf(response.clone());
  if (answer.error === 'PASSWORD_CHANGE_REQUIRED' && answer.session) {
    const { session, attributes = [] } = answer;
    return { username: answer.username ?? username, session, attributes };
  }
  return tokensOf(response);
}

/** Replaces a temporary password and signs in. @throws ChatClientError PASSWORD_REFUSED, SESSION_ENDED … */
export const choosePassword = async (
  { username, session }: PasswordChallenge,
  password: string,
  attributes: Readonly<Record<string, string>>,
): Promise<Tokens> =>
  tokensOf(await post('/api/login/password/', { username, session, password, attributes }));

/** Sends a code for a new password to a user. @throws ChatClientError RATE_LIMITED … */
export async function sendCode(username: string): Promise<void> {
  const response = await post('/api/password/code/', { username });
  if (!response.ok) throw errorOf(await answerOf(response));
}

/** @throws ChatClientError WRONG_CODE, PASSWORD_REFUSED … */
export async function resetPassword(username: string, code: string, password: string): Promise<void> {
  const response = await post('/api/password/', { username, code, password });
  if (!response.ok) throw errorOf(await answerOf(response));
}

/** Checks a token that the user pasted. @throws ChatClientError INVALID_TOKEN, UNREACHABLE … */
export async function signInWithToken(token: string): Promise<Tokens> {
  // A socket offers the token as a subprotocol, which cannot contain other characters.
  if (!/^[\w.~+-]+$/.test(token)) throw codeError('INVALID_TOKEN');
  return identify(token).catch((error) => {
    throw error.code === 'UNAUTHENTICATED' ? codeError('INVALID_TOKEN') : error;
  });
}

/** Checks the cookie of the team's site, at the user's request. @throws ChatClientError NO_COOKIE, UNREACHABLE … */
export const signInWithCookie = (): Promise<Tokens> =>
  identify().catch((error) => {
    throw error.code === 'UNAUTHENTICATED' ? codeError('NO_COOKIE') : error;
  });
