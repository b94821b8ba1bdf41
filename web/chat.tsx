import { useEffect, useState } from 'preact/hooks';
import { ChatClient, webStorage } from '../client/index.ts';
import { useChatClient, useConnection } from '../client/react/index.ts';
import { claimsOf } from '../client/rest.ts';
import { useDialogs } from './deferred.tsx';
import { usePreloaded } from './load-later.tsx';
import { ChatProvider } from './provider.ts';
import { RoomDrafts } from './room/room-drafts.ts';
import { useNames } from './rooms/names.ts';
import { useAddress } from './rooms/navigation.ts';
import { CookieSocket, clientToken, isSignedInByCookie, withoutEmptyToken } from './session/cookie.ts';
import { DeferredSignIn, loadSignIn } from './session/deferred-sign-in.ts';
import { forgetUser } from './session/forget-user.ts';
import type { Tokens } from './session/session.ts';
import { sessions } from './session/sessions.ts';
import type { SignInReason } from './session/sign-in.tsx';
import { browserStorage } from './session/storage.ts';
import { Shell } from './shell.tsx';
import { LanguageButton } from './texts/language-button.tsx';
import { Localized } from './texts/localized.tsx';
import { errorText, texts } from './texts/texts.ts';
import { IconButton } from './ui/buttons.tsx';

/** Calls the chat. A token that the chat rejects is not used again. */
const fetchFromChat: typeof fetch = async (input, init) => {
  const response = await fetch(input, withoutEmptyToken(init));
  const [, token] = /^Bearer (.+)$/.exec(new Headers(init?.headers).get('Authorization') ?? '') ?? [];
  if (response.status === 401 && token !== undefined) sessions.reject(token);
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
  return { client, drafts: new RoomDrafts(client, location.origin) };
}

interface ChatPageProps {
  /** Whether the user has just signed in, so that the focused element is gone. */
  readonly isFresh: boolean | undefined;
  /** Called after another user has signed in. */
  readonly onSignedIn: (tokens: Tokens) => void;
  /** Called after the session of this tab has ended. */
  readonly onSignedOut: (reason: SignInReason) => void;
}

/** The page of a signed-in user. */
export function ChatPage({ isFresh, onSignedIn, onSignedOut }: ChatPageProps) {
  const [{ client, drafts }] = useState(openChat);
  // Another language mounts the chat again. The focus then stays on the language button, and does not move.
  const [movesFocus, setMovesFocus] = useState(isFresh === true);
  useEffect(() => setMovesFocus(false), []);
  usePreloaded(loadSignIn);
  const close = (forget: boolean) => {
    drafts.close({ forget });
    if (forget) forgetUser(client.user);
    client.close({ forget });
    location.hash = '';
  };
  const signInAgain = (tokens: Tokens) => {
    if ((tokens.user ?? claimsOf(tokens.token).sub) === client.user) {
      sessions.start(tokens);
      // The page keeps its state, and unsent messages stay queued.
      client.connect();
    } else {
      close(false);
      onSignedIn(tokens);
    }
  };
  const signOut = () => {
    // Keeps nothing of this session, in memory or in the storage: another person may use the browser next.
    close(true);
    void sessions.end();
    onSignedOut({});
  };
  const switchAccount = () => {
    // Unsent messages stay in the storage until their author signs in again.
    close(false);
    sessions.leave();
    onSignedOut({ note: texts().session.otherAccount });
  };
  useEffect(() => {
    sessions.onEnded = () => {
      close(true);
      onSignedOut({ note: texts().session.signedOutElsewhere });
    };
    return client.on('state', () => {
      const { error } = client;
      if (error?.code !== 'BANNED') return;
      // Unsent messages stay in the storage, in case the ban ends.
      close(false);
      sessions.leave();
      onSignedOut({ problem: errorText(error) });
    });
  });
  return (
    <ChatProvider client={client}>
      <Localized>
        <Chat
          isFresh={movesFocus}
          drafts={drafts}
          onSignedIn={signInAgain}
          onSignOut={signOut}
          onSwitch={switchAccount}
        />
      </Localized>
    </ChatProvider>
  );
}

interface ChatProps extends Pick<ChatPageProps, 'isFresh'> {
  readonly drafts: RoomDrafts;
  /** Called after the user has signed in again, perhaps as another user. */
  readonly onSignedIn: (tokens: Tokens) => void;
  readonly onSignOut: () => void;
  /** Signs in as another user in this tab. */
  readonly onSwitch: () => void;
}

function Chat({ isFresh, drafts, onSignedIn, onSignOut, onSwitch }: ChatProps) {
  const client = useChatClient();
  const nameOf = useNames();
  const { state } = useConnection();
  const navigation = useAddress();
  /** How many unsent changes would be lost, while the user is asked whether to sign out. */
  const [unsent, setUnsent] = useState(0);
  const requestSignOut = () => {
    const count = client.pendingChanges.length + drafts.unsent;
    if (count === 0) onSignOut();
    else setUnsent(count);
  };
  const me = client.user ?? '';
  const Later = useDialogs();
  const [showsSettings, setShowsSettings] = useState(false);
  const name = nameOf(me, sessions.current?.name);
  return (
    <Shell
      drafts={drafts}
      navigation={navigation}
      isPage
      isFresh={isFresh}
      subtitle={name ? texts().session.signedInAs(name) : ''}
      notice={
        Later && me ? (
          <Later.Notifications
            navigation={navigation}
            isOpen={showsSettings}
            onClose={() => setShowsSettings(false)}
          />
        ) : null
      }
      actions={
        <>
          <IconButton
            icon="bell"
            label={texts().rooms.notifications}
            onClick={() => setShowsSettings(true)}
          />
          <LanguageButton />
          {isSignedInByCookie() ? null : (
            <>
              <IconButton icon="switchUser" label={texts().session.switchAccount} onClick={onSwitch} />
              <IconButton icon="signOut" label={texts().session.signOut} onClick={requestSignOut} />
            </>
          )}
        </>
      }
    >
      {state === 'refused' ? (
        <DeferredSignIn>
          {({ SignInAgain }) => (
            <SignInAgain client={client} onSignedIn={onSignedIn} onSignOut={requestSignOut} />
          )}
        </DeferredSignIn>
      ) : null}
      {unsent > 0 ? (
        <DeferredSignIn>
          {({ SignOutQuestion }) => (
            <SignOutQuestion unsent={unsent} onConfirm={onSignOut} onClose={() => setUnsent(0)} />
          )}
        </DeferredSignIn>
      ) : null}
    </Shell>
  );
}
