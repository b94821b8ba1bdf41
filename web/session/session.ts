import { ChatClientError } from '../../client/index.ts';

/** The user who is signed in in this tab. */
export interface Session {
  readonly token: string;
  /** The user name of the sign-in form; undefined after signing in with a token. */
  readonly name?: string;
}

const KEY = 'parley:session';

/** Returns this tab's session. It survives a reload, ends with the tab, and is not shared with other tabs. */
export function loadSession(): Session | undefined {
  const saved = sessionStorage.getItem(KEY);
  return saved === null ? undefined : (JSON.parse(saved) as Session);
}

export function saveSession(session: Session): void {
  sessionStorage.setItem(KEY, JSON.stringify(session));
}

async function request(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch {
    throw new ChatClientError(
      'UNREACHABLE',
      'Could not sign in: the chat is unreachable. Check your network and try again.',
    );
  }
}

/**
 * Signs in with a user name and a password.
 * @throws ChatClientError WRONG_PASSWORD, UNREACHABLE, NO_PASSWORD_LOGIN if the chat uses another token issuer …
 */
export async function signInWithPassword(username: string, password: string): Promise<Session> {
  const response = await request('/api/login/', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  const body = await response.json().catch(() => ({}));
  if (response.ok && body.user) return { token: body.token, name: body.user.username };
  throw new ChatClientError(
    body.error ?? 'INTERNAL',
    body.message ?? `Could not sign in: the server answered ${response.status}. Try again.`,
  );
}

/** Checks a token that the user pasted. @throws ChatClientError UNAUTHENTICATED, UNREACHABLE */
export async function signInWithToken(token: string): Promise<Session> {
  // fetch throws for a header value with other characters.
  const isToken = /^[\w.~+/=-]+$/.test(token);
  const headers = { Authorization: `Bearer ${token}` };
  if (isToken && (await request('/api/chats/?limit=1', { headers })).ok) return { token };
  throw new ChatClientError(
    'UNAUTHENTICATED',
    'Could not sign in: the token is invalid or expired. Get a new one.',
  );
}

/** Deletes the token from this tab, and the cookie that signing in has set. */
export async function signOut(): Promise<void> {
  sessionStorage.removeItem(KEY);
  await fetch('/api/logout/', { method: 'POST' }).catch(() => undefined);
}
