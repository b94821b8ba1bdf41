import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ChatClient, webStorage } from '../client/index.ts';
import { Chat } from './chat.tsx';
import { ChatProvider } from './provider.ts';
import { RoomDrafts } from './room/room-draft.ts';
import {
  clientToken,
  findSignIn,
  loadSession,
  type Session,
  SessionSocket,
  type SignInState,
  saveSession,
  sessionFetch,
  signOut,
} from './session/session.ts';
import { SignInPage } from './session/sign-in.tsx';

function openChat() {
  const client = new ChatClient({
    url: location.origin,
    // The client calls this function at each reconnect, and so gets the token of a new sign-in.
    token: clientToken,
    fetch: sessionFetch,
    WebSocket: SessionSocket,
    storage: webStorage(localStorage),
  });
  return { client, drafts: new RoomDrafts(client) };
}

function App() {
  const [chat, setChat] = useState(() => (loadSession() ? openChat() : undefined));
  const [signIn, setSignIn] = useState<SignInState>();
  const start = (session: Session) => {
    saveSession(session);
    setChat(openChat());
  };
  useEffect(() => {
    if (chat || signIn) return;
    void findSignIn().then((found) => {
      setSignIn(found);
      if (found.session) start(found.session);
    });
  }, [chat]);
  if (!chat)
    return signIn && !signIn.session ? <SignInPage onSignedIn={start} byToken={signIn.byToken} /> : null;
  const end = () => {
    // The next user of this browser must find nothing of this session, in memory or in the storage.
    chat.drafts.close();
    chat.client.close({ forget: true });
    location.hash = '';
    setChat(undefined);
    void signOut();
  };
  return (
    <ChatProvider client={chat.client}>
      <Chat drafts={chat.drafts} onSignOut={end} />
    </ChatProvider>
  );
}

const page = document.querySelector('#page');
if (page !== null) render(<App />, page);
