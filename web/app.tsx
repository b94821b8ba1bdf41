import { useState } from 'preact/hooks';
import { ChatClient, webStorage } from '../client/index.ts';
import { Chat } from './chat.tsx';
import { forgetDrafts } from './composer.tsx';
import { keepSession, keptSession, type Session, signOut } from './session.ts';
import { SignInPage } from './sign-in.tsx';

/** The client asks for the token at each reconnect, so signing in again is keeping another one. */
const openClient = (): ChatClient =>
  new ChatClient({
    url: location.origin,
    token: () => keptSession()?.token ?? '',
    storage: webStorage(localStorage),
  });

/** The page: somebody signs in, and chats. */
export function App() {
  const [client, setClient] = useState(() => (keptSession() ? openClient() : undefined));
  if (!client) {
    const begin = (session: Session) => {
      keepSession(session);
      setClient(openClient());
    };
    return <SignInPage onSignedIn={begin} />;
  }
  const end = () => {
    client.close();
    location.hash = '';
    setClient(undefined);
    forgetDrafts();
    void signOut();
  };
  return <Chat client={client} onSignOut={end} />;
}
