import { ChatClientError, type ChatClientOptions } from '../../client/index.ts';
import { signInWithCookie } from './login.ts';
import { sessions } from './sessions.ts';

// The client reads the user's id from the claims of a JWT. A chat with a function of the team accepts other credentials
// too: an opaque token, or the session cookie of the team's site. For these, the client gets claims without a signature,
// and its requests and sockets are sent with the credential instead.

/** The credential that replaces the client's token: an opaque token, or empty for the session cookie. */
function replacement(): string | undefined {
  const { token, user } = sessions.current ?? {};
  return user === undefined ? undefined : token;
}

/** Whether the user is signed in by the cookie of the team's site. The page cannot end such a session. */
export const isSignedInByCookie = (): boolean => replacement() === '';

/** Returns the token for the client. @throws ChatClientError UNAUTHENTICATED if the user must sign in again, UNREACHABLE */
export async function clientToken(): Promise<string> {
  const credential = replacement();
  if (credential === undefined) return sessions.token();
  // On the team's site, somebody else may have signed in. The client then refuses the claims.
  const { user } = credential === '' ? await signInWithCookie() : (sessions.current ?? {});
  if (user === undefined) throw new ChatClientError('UNAUTHENTICATED', 'You are signed out. Sign in again.');
  const claims = new TextEncoder().encode(JSON.stringify({ sub: user }));
  return `.${btoa(String.fromCharCode(...claims))}.`;
}

/** Returns the options of a request, with the credential in place of the client's token. */
export function withCredential(init: RequestInit | undefined): RequestInit | undefined {
  const credential = replacement();
  const headers = new Headers(init?.headers);
  // Requests to the file storage have no token.
  if (credential === undefined || !headers.has('Authorization')) return init;
  if (credential === '') headers.delete('Authorization');
  else headers.set('Authorization', `Bearer ${credential}`);
  return { ...init, headers };
}

/** A WebSocket with the credential in place of the client's token. */
export const CredentialSocket = class extends WebSocket {
  constructor(url: string, protocols: string[]) {
    const credential = replacement();
    if (credential === undefined) super(url, protocols);
    // Without the parameter, a cookie chooses the dialect of contract S2.
    else super(`${url}&dialect=action`, credential === '' ? [] : ['Bearer', credential]);
  }
} as unknown as NonNullable<ChatClientOptions['WebSocket']>;
