import { ChatClientError } from '../../client/index.ts';
import type { Tokens } from './session.ts';

/** How users of this chat sign in. */
export interface LoginOptions {
  readonly password: { readonly reset: boolean; readonly policy: PasswordPolicy | null } | null;
  readonly oidc: OidcOptions | null;
  /** Set if a function of the team verifies tokens and the session cookie of the team's site. */
  readonly session?: true;
}

export interface PasswordPolicy {
  readonly min_length: number;
  readonly characters: readonly string[];
}

export interface OidcOptions {
  readonly issuer: string;
  readonly client_id: string;
  readonly scope: string;
  readonly audience: string;
  readonly token: 'id_token' | 'access_token';
}

/** What the chat needs, besides the new password, to replace a temporary one. */
export interface PasswordChallenge {
  readonly username: string;
  readonly session: string;
  readonly attributes: readonly string[];
}

interface Answer {
  readonly token?: string;
  readonly refresh_token?: string;
  readonly user?: { readonly id: string | number; readonly username: string };
  readonly error?: string;
  readonly message?: string;
  readonly username?: string;
  readonly session?: string;
  readonly attributes?: readonly string[];
}

const TIMEOUT_MS = 30_000;

async function request(path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new ChatClientError(
      'UNREACHABLE',
      'Could not sign in: the chat is unreachable. Check your network and try again.',
    );
  }
}

const post = (path: string, body: object): Promise<Response> =>
  request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

const answerOf = (response: Response): Promise<Answer> => response.json().catch(() => ({}));

const errorOf = ({ status }: Response, { error, message }: Answer): ChatClientError =>
  new ChatClientError(
    error ?? 'INTERNAL',
    message ?? `Could not sign in: the server answered ${status}. Try again.`,
  );

async function tokensOf(response: Response): Promise<Tokens> {
  const answer = await answerOf(response);
  if (!response.ok || !answer.token) throw errorOf(response, answer);
  return { token: answer.token, refreshToken: answer.refresh_token, name: answer.user?.username };
}

/** Returns how users sign in, or undefined if the chat does not answer. */
export async function loadLoginOptions(): Promise<LoginOptions | undefined> {
  const response = await request('/api/login/');
  return response.ok ? ((await response.json()) as LoginOptions) : undefined;
}

/**
 * Signs in with a user name and a password, or returns what replaces a temporary password.
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

/** @throws ChatClientError SESSION_ENDED, UNREACHABLE … */
export const refresh = async (refresh_token: string): Promise<Tokens> =>
  tokensOf(await post('/api/login/refresh/', { refresh_token }));

/** Sends a code for a new password to a user. @throws ChatClientError RATE_LIMITED … */
export async function sendCode(username: string): Promise<void> {
  const response = await post('/api/password/code/', { username });
  if (!response.ok) throw errorOf(response, await answerOf(response));
}

/** @throws ChatClientError WRONG_CODE, PASSWORD_REFUSED … */
export async function resetPassword(username: string, code: string, password: string): Promise<void> {
  const response = await post('/api/password/', { username, code, password });
  if (!response.ok) throw errorOf(response, await answerOf(response));
}

/** Returns the user of a token, or of the cookie if the token is empty. @throws ChatClientError with `refusal` … */
async function identify(token: string, refusal: string): Promise<Tokens> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await request('/api/session/', token === '' ? {} : { headers });
  if (response.status === 401) throw new ChatClientError('UNAUTHENTICATED', refusal);
  const answer = await answerOf(response);
  if (!response.ok || !answer.user) throw errorOf(response, answer);
  return { token, name: answer.user.username, user: String(answer.user.id) };
}

/** Checks a token that the user pasted. @throws ChatClientError UNAUTHENTICATED, UNREACHABLE … */
export async function signInWithToken(token: string): Promise<Tokens> {
  const refusal = 'Could not sign in: the token is invalid or expired. Get a new one.';
  // A socket offers the token as a subprotocol, which cannot contain other characters.
  if (!/^[\w.~+-]+$/.test(token)) throw new ChatClientError('UNAUTHENTICATED', refusal);
  return identify(token, refusal);
}

/** Checks the session cookie of the team's site. @throws ChatClientError UNAUTHENTICATED, UNREACHABLE … */
export const signInWithCookie = (): Promise<Tokens> =>
  identify('', 'You are not signed in. Sign in on the site that this chat belongs to.');

/** Deletes the cookie that signing in has set, and ends the session of a refresh token. */
export async function logOut(refresh_token?: string): Promise<void> {
  await post('/api/logout/', refresh_token ? { refresh_token } : {});
}
