import { useState } from 'preact/hooks';
import { ChatClient, webStorage } from '../client/index.ts';
import { Chat } from './chat.tsx';
import { Desks } from './room/room-drafts.ts';
import { keepSession, keptSession, type Session, signOut } from './session/session.ts';
import { SignInPage } from './session/sign-in.tsx';

/** The client asks for the token at each reconnect, so signing in again is keeping another one. */
function openChat() {
  const client = new ChatClient({
    url: location.origin,
    token: () => keptSession()?.token ?? '',
    storage: webStorage(localStorage),
  });
  return { client, desks: new Desks(client) };
}

/** The page: somebody signs in, and chats. */
export function App() {
  const [chat, setChat] = useState(() => (keptSession() ? openChat() : undefined));
  if (!chat) {
    const begin = (session: Session) => {
      keepSession(session);
      setChat(openChat());
    };
    return <SignInPage onSignedIn={begin} />;
  }
  const end = () => {
    // Whoever signs in next must find nothing of it, here or in the storage.
    chat.desks.close();
    chat.client.close({ forget: true });
    location.hash = '';
    setChat(undefined);
    void signOut();
  };
  return <Chat {...chat} onSignOut={end} />;
}
