import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ChatClient, type ChatClientError, webStorage } from '../client/index.ts';
import { Chat } from './chat.tsx';
import { ChatProvider } from './provider.ts';
import { RoomDrafts } from './room/room-draft.ts';
import { CookieSocket, clientToken, withoutEmptyToken } from './session/cookie.ts';
import { claimsOf, type Tokens } from './session/session.ts';
import { finishAtIssuer, sessions, takeIssuerAnswer } from './session/sessions.ts';
import { SignInPage } from './session/sign-in.tsx';
import { browserStorage } from './session/storage.ts';

/** Called with a sentence for the user when the chat answers that they are banned. */
let onBanned: (message: string) => void = () => {};

/** Calls the chat. A token that the chat rejects is not used again. */
const fetchFromChat: typeof fetch = async (input, init) => {
  const response = await fetch(input, withoutEmptyToken(init));
  const [, token] = /^Bearer (.+)$/.exec(new Headers(init?.headers).get('Authorization') ?? '') ?? [];
  if (response.status === 401 && token !== undefined) sessions.reject(token);
  // A late answer may be about the user whom this tab had before.
  if (response.status === 403 && (token ?? '') === sessions.current?.token) {
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    const { error, message } = Object(body);
    if (error === 'BANNED') onBanned(String(message));
  }
  return response;
};

function openChat() {
  const storage = browserStorage('localStorage');
  const user = sessions.current?.user;
  const client = new ChatClient({
    url: location.origin,
    // The client calls this function at each reconnect, and so gets the token of a new sign-in.
    token: clientToken,
    ...(user !== undefined && { user }),
    fetch: fetchFromChat,
    WebSocket: CookieSocket,
    ...(storage && { storage: webStorage(storage) }),
  });
  return { client, drafts: new RoomDrafts(client) };
}

type OpenChat = ReturnType<typeof openChat>;

/** What the page shows. */
type View =
  | { readonly chat: OpenChat }
  | { readonly chat?: undefined; readonly note?: string; readonly problem?: string; readonly isBusy?: true };

const issuerAnswer = takeIssuerAnswer();

function firstView(): View {
  if (issuerAnswer) return { isBusy: true, note: 'Signing in…' };
  return sessions.current ? { chat: openChat() } : {};
}

function App() {
  const [view, setView] = useState<View>(firstView);
  const { chat } = view;

  const start = (tokens: Tokens, byIssuer = false) => {
    const isSameUser = chat && (tokens.user ?? claimsOf(tokens.token).sub) === chat.client.user;
    sessions.start(tokens, byIssuer);
    // The page keeps its state, and unsent messages stay queued.
    if (isSameUser) return chat.client.connect();
    if (chat) close(chat, false);
    setView({ chat: openChat() });
  };
  const close = ({ client, drafts }: OpenChat, forget: boolean) => {
    drafts.close();
    client.close({ forget });
    location.hash = '';
  };
  const signOut = () => {
    // The next user of this browser must find nothing of this session, in memory or in the storage.
    if (chat) close(chat, true);
    setView({});
    void sessions.end();
  };
  const switchAccount = () => {
    const { name } = sessions.current ?? {};
    // Messages that were not sent stay in the storage until their author returns.
    if (chat) close(chat, false);
    sessions.leave();
    setView({
      note: `Sign in with another account in this tab. ${name ?? 'You'} will stay signed in in others.`,
    });
  };

  useEffect(() => {
    sessions.onEnded = () => {
      if (chat) close(chat, true);
      setView({ note: 'You have signed out in another tab.' });
    };
    onBanned = (problem) => {
      // The sockets of a banned user are closed. Unsent messages stay in the storage, in case the ban ends.
      if (chat) close(chat, false);
      sessions.leave();
      setView({ problem });
    };
  });
  useEffect(() => {
    if (!issuerAnswer) return;
    finishAtIssuer(issuerAnswer).then(
      (tokens) => start(tokens, true),
      ({ code, message }: ChatClientError) => {
        // A forged link must not end the session of this tab.
        const isOpen = code === 'NOT_STARTED' && sessions.current;
        setView(isOpen ? { chat: openChat() } : { problem: message });
      },
    );
  }, []);

  if (chat) {
    return (
      <ChatProvider client={chat.client}>
        <Chat drafts={chat.drafts} onSignedIn={start} onSignOut={signOut} onSwitch={switchAccount} />
      </ChatProvider>
    );
  }
  if (view.isBusy) {
    return (
      <main class="sign-in">
        <p class="lead" role="status">
          {view.note}
        </p>
      </main>
    );
  }
  const join = () => setView(sessions.join() ? { chat: openChat() } : {});
  return <SignInPage onSignedIn={start} onJoin={join} note={view.note} problem={view.problem} />;
}

const page = document.querySelector('#page');
if (page !== null) render(<App />, page);
