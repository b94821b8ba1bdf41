import { ChatClientError } from '../../client/errors.ts';
import { codeError } from '../texts/texts.ts';
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

export interface Answer {
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
    throw codeError('UNREACHABLE');
  }
}

export const post = (path: string, body: object): Promise<Response> =>
  request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

export const answerOf = (response: Response): Promise<Answer> => response.json().catch(() => ({}));

export const errorOf = ({ error, message }: Answer): ChatClientError =>
  error === undefined ? codeError('INTERNAL') : new ChatClientError(error, message ?? error);

export async function tokensOf(response: Response): Promise<Tokens> {
  const answer = await answerOf(response);
  if (!response.ok || !answer.token) throw errorOf(answer);
  return { token: answer.token, refreshToken: answer.refresh_token, name: answer.user?.username };
}

/** Returns how users sign in, or undefined if the chat answers with an error. @throws ChatClientError UNREACHABLE */
export async function loadLoginOptions(): Promise<LoginOptions | undefined> {
  const response = await request('/api/login/');
  return response.ok ? ((await response.json()) as LoginOptions) : undefined;
}

/** @throws ChatClientError SESSION_ENDED, UNREACHABLE … */
export const refresh = async (refresh_token: string): Promise<Tokens> =>
  tokensOf(await post('/api/login/refresh/', { refresh_token }));

/**
 * Returns the user of a token, or of the cookie of the team's site if the token is empty.
 * @throws ChatClientError UNAUTHENTICATED, UNREACHABLE …
 */
export async function identify(token = ''): Promise<Tokens> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await request('/api/session/', token === '' ? {} : { headers });
  if (response.status === 401) throw codeError('UNAUTHENTICATED');
  const answer = await answerOf(response);
  if (!response.ok || !answer.user) throw errorOf(answer);
  return { token, name: answer.user.username, user: String(answer.user.id) };
}

/** Deletes the cookie that signing in has set, and ends the session of a refresh token. */
export async function logOut(refresh_token?: string): Promise<void> {
  await post('/api/logout/', refresh_token ? { refresh_token } : {});
}
