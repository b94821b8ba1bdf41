import type { ChatClientOptions } from '../../client/index.ts';
import { pageError, texts } from '../texts/texts.ts';
import { identify } from './login.ts';
import { sessions } from './sessions.ts';

// A chat with a function of the team accepts the session cookie of the team's site. The browser sends it by itself. The
// client then has an empty token, which its requests and sockets leave out.

/** Whether the user is signed in by the cookie of the team's site. The page cannot end such a session. */
export const isSignedInByCookie = (): boolean => sessions.current?.token === '';

/** Returns the token for the client. @throws ChatClientError UNAUTHENTICATED if the user must sign in again, UNREACHABLE */
export async function clientToken(): Promise<string> {
  if (!isSignedInByCookie()) return sessions.token();
  const { user } = await identify();
  if (user === sessions.current?.user) return '';
  throw pageError('UNAUTHENTICATED', texts().session.otherUser);
}

/** Returns the options of a request without an empty token. */
export function withoutEmptyToken(init: RequestInit | undefined): RequestInit | undefined {
  const headers = new Headers(init?.headers);
  if (headers.get('Authorization') !== 'Bearer') return init;
  headers.delete('Authorization');
  return { ...init, headers };
}

/** A WebSocket that does not offer an empty token. */
export const CookieSocket = class extends WebSocket {
  constructor(url: string, protocols: string[]) {
    if (protocols.includes('')) {
      // Without the parameter, a cookie chooses the dialect of contract S2.
      super(`${url}&dialect=action`);
    } else {
      super(url, protocols);
    }
  }
} as unknown as NonNullable<ChatClientOptions['WebSocket']>;
