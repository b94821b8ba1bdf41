import { ChatClientError, type ChatClientOptions } from '../../client/index.ts';

/** The user who is signed in in this tab. */
export interface Session {
  /** Empty if the browser sends a session cookie instead. */
  readonly token: string;
  /** The user's id, if the client cannot read it from the token. */
  readonly user?: string;
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

/** Returns the session of a token, or of the session cookie if the token is empty. Undefined if it is not valid. */
async function sessionOf(token: string): Promise<Session | undefined> {
  const response = await request(
    '/api/session/',
    token ? { headers: { Authorization: `Bearer ${token}` } } : {},
  );
  if (response.status === 401) return undefined;
  const { user, message } = await response.json().catch(() => ({}));
  if (response.ok && user) return { token, user: String(user.id), name: user.username };
  throw new ChatClientError(
    'UNREACHABLE',
    message ?? `Could not sign in: the server answered ${response.status}. Try again.`,
  );
}

/** Checks a token that the user pasted. @throws ChatClientError UNAUTHENTICATED, UNREACHABLE */
export async function signInWithToken(token: string): Promise<Session> {
  // A WebSocket offers the token as a subprotocol, which cannot have other characters.
  const session = /^[\w.~+-]+$/.test(token) ? await sessionOf(token) : undefined;
  if (session) return session;
  throw new ChatClientError(
    'UNAUTHENTICATED',
    'Could not sign in: the token is invalid or expired. Get a new one.',
  );
}

/** How the users of this chat sign in. */
export interface SignInState {
  /** Whether the chat has no sign-in by password. */
  readonly byToken: boolean;
  /** The session of the team's cookie, if the browser has a valid one. */
  readonly session: Session | undefined;
}

/** Asks the chat how its users sign in. If it cannot be reached, the sign-in form will say so. */
export async function findSignIn(): Promise<SignInState> {
  try {
    const { auth } = await (await request('/api/config/', {})).json();
    return { byToken: auth !== 'userPool', session: auth === 'lambda' ? await sessionOf('') : undefined };
  } catch {
    return { byToken: false, session: undefined };
  }
}

/** Whether the browser is signed in by a cookie of the team. The page cannot end such a session. */
export const hasCookieSession = (): boolean => loadSession()?.token === '';

/**
 * Returns the token for the client. The client reads the user's id from the claims of a JWT. For other credentials, this
 * function returns such claims, and `sessionFetch` and `SessionSocket` replace them by the credential.
 * @throws ChatClientError UNAUTHENTICATED if the session of the cookie has ended, UNREACHABLE
 */
export async function clientToken(): Promise<string> {
  const saved = loadSession();
  // The user may have signed in as somebody else on the site of the cookie.
  const session = saved?.token === '' ? await sessionOf('') : saved;
  if (session?.user === undefined) {
    if (session) return session.token;
    throw new ChatClientError('UNAUTHENTICATED', 'Not signed in: your session has ended. Sign in again.');
  }
  const claims = new TextEncoder().encode(JSON.stringify({ sub: session.user }));
  return `.${btoa(String.fromCharCode(...claims))}.`;
}

/** Sends the credential of this tab's session in place of the client's token. */
export const sessionFetch: typeof fetch = (url, init) => {
  const { token, user } = loadSession() ?? {};
  const headers = new Headers(init?.headers);
  if (user !== undefined && headers.has('Authorization')) {
    if (token) headers.set('Authorization', `Bearer ${token}`);
    else headers.delete('Authorization');
  }
  return fetch(url, { ...init, headers });
};

/** Opens a socket with the credential of this tab's session in place of the client's token. */
export const SessionSocket = class extends WebSocket {
  constructor(url: string, protocols: string[]) {
    const { token, user } = loadSession() ?? {};
    if (user === undefined) super(url, protocols);
    // Without the parameter, a cookie chooses the dialect of contract S2.
    else super(`${url}&dialect=action`, token ? ['Bearer', token] : []);
  }
} as unknown as NonNullable<ChatClientOptions['WebSocket']>;

/** Loads the page again. It then looks for a session of the cookie, and else asks for a sign-in. */
export function reloadSignedOut(): void {
  sessionStorage.removeItem(KEY);
  location.reload();
}

/** Deletes the token from this tab, and the cookie that signing in has set. */
export async function signOut(): Promise<void> {
  sessionStorage.removeItem(KEY);
  await fetch('/api/logout/', { method: 'POST' }).catch(() => undefined);
}
