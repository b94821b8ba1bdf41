import { render } from 'preact';
import { useState } from 'preact/hooks';
import { ChatClient, webStorage } from '../client/index.ts';
import { Chat } from './chat.tsx';
import { ChatProvider } from './provider.ts';
import { RoomDrafts } from './room/room-draft.ts';
import { loadSession, type Session, saveSession, signOut } from './session/session.ts';
import { SignInPage } from './session/sign-in.tsx';

function openChat() {
  const client = new ChatClient({
    url: location.origin,
    // The client calls this function at each reconnect, and so gets the token of a new sign-in.
    token: () => loadSession()?.token ?? '',
    storage: webStorage(localStorage),
  });
  return { client, drafts: new RoomDrafts(client) };
}

function App() {
  const [chat, setChat] = useState(() => (loadSession() ? openChat() : undefined));
  if (!chat) {
    const start = (session: Session) => {
      saveSession(session);
      setChat(openChat());
    };
    return <SignInPage onSignedIn={start} />;
  }
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
