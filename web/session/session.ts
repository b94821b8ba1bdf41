/** Who is signed in in this tab. */
export interface Session {
  readonly token: string;
  /** The name that one signed in with; unknown where a token was pasted. */
  readonly name?: string;
}

/** Why somebody could not be signed in; `code` is that of the HTTP API. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const KEY = 'parley:session';

/** Kept for the tab alone: a reload finds it, another tab can be another person, and closing the tab ends it. */
export function keptSession(): Session | undefined {
  const kept = sessionStorage.getItem(KEY);
  return kept === null ? undefined : (JSON.parse(kept) as Session);
}

export function keepSession(session: Session): void {
  sessionStorage.setItem(KEY, JSON.stringify(session));
}

async function asked(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch {
    throw new SignInError('UNREACHABLE', 'The chat does not answer: check the network and try again');
  }
}

/** @throws SignInError WRONG_PASSWORD, NO_PASSWORD_LOGIN where the chat has an issuer of its own, UNREACHABLE … */
export async function signIn(username: string, password: string): Promise<Session> {
  const response = await asked('/api/login/', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  const body = await response.json().catch(() => ({}));
  if (response.ok) return { token: body.token, name: body.user.username };
  throw new SignInError(
    body.error ?? 'INTERNAL',
    body.message ?? `Signing in failed with ${response.status}: try again`,
  );
}

/** Takes a token that somebody brings. @throws SignInError UNAUTHENTICATED, UNREACHABLE */
export async function takeToken(token: string): Promise<Session> {
  // What no header can hold is no token either.
  const isToken = /^[\w.~+/=-]+$/.test(token);
  const headers = { Authorization: `Bearer ${token}` };
  if (isToken && (await asked('/api/chats/?limit=1', { headers })).ok) return { token };
  throw new SignInError('UNAUTHENTICATED', 'The token was refused: it may have run out; get a fresh one');
}

/** Forgets the token here, and the cookie that signing in has set. */
export async function signOut(): Promise<void> {
  sessionStorage.removeItem(KEY);
  await fetch('/api/logout/', { method: 'POST' }).catch(() => undefined);
}
