import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ChatClientError } from '../client/index.ts';
import { deferred } from './load-later.tsx';
import { DeferredSignIn } from './session/deferred-sign-in.ts';
import type { Tokens } from './session/session.ts';
import { finishAtIssuer, sessions, takeIssuerAnswer } from './session/sessions.ts';
import type { SignInReason } from './session/sign-in.tsx';
import { Localized } from './texts/localized.tsx';
import { startLanguage } from './texts/page-language.ts';
import { texts } from './texts/texts.ts';

/** index.html preloads this chunk, so that it arrives together with this script. */
const { Deferred: DeferredChat } = deferred(() => import('./chat.tsx'));

/** What the page shows. `isFresh` is set if it replaces something that may have had the focus. */
type View = { readonly isFresh?: true } & (
  | { readonly kind: 'chat'; readonly session: string }
  | { readonly kind: 'busy' }
  | ({ readonly kind: 'sign-in' } & SignInReason)
);

const issuerAnswer = takeIssuerAnswer();

function viewOfSession(reason: SignInReason = {}): View {
  const { current } = sessions;
  return current ? { kind: 'chat', session: current.id } : { kind: 'sign-in', ...reason };
}

/** The sign-in page or the chat. Each is a chunk of its own. */
function App() {
  const [view, setView] = useState<View>(() => (issuerAnswer ? { kind: 'busy' } : viewOfSession()));
  const replaceView = (next: View) => setView({ ...next, isFresh: true });
  const start = (tokens: Tokens, byIssuer = false) => {
    sessions.start(tokens, byIssuer);
    replaceView(viewOfSession());
  };

  useEffect(() => {
    if (!issuerAnswer) return;
    finishAtIssuer(issuerAnswer).then(
      (tokens) => start(tokens, true),
      (error: ChatClientError) => {
        // A forged link must not end the session of this tab.
        const reason = { problem: error };
        setView(error.code === 'NOT_STARTED' ? viewOfSession(reason) : { kind: 'sign-in', ...reason });
      },
    );
  }, []);

  if (view.kind === 'chat') {
    return (
      <DeferredChat>
        {({ ChatPage }) => (
          <ChatPage
            key={view.session}
            isFresh={view.isFresh}
            onSignedIn={start}
            onSignedOut={(reason) => replaceView({ kind: 'sign-in', ...reason })}
          />
        )}
      </DeferredChat>
    );
  }
  if (view.kind === 'busy') {
    return (
      <main class="sign-in">
        <p class="lead" role="status">
          {texts().session.signingIn}
        </p>
      </main>
    );
  }
  const join = () => {
    sessions.join();
    replaceView(viewOfSession());
  };
  return (
    <DeferredSignIn>
      {({ SignInPage }) => (
        <Localized>
          <SignInPage
            onSignedIn={start}
            onJoin={join}
            note={view.note}
            problem={view.problem}
            focus={view.isFresh}
          />
        </Localized>
      )}
    </DeferredSignIn>
  );
}

// The styles of later parts load as styles for print, so that they do not delay the first paint.
for (const link of document.querySelectorAll<HTMLLinkElement>('link[media=print]')) {
  const apply = () => {
    link.media = 'all';
  };
  if (link.sheet) apply();
  else link.onload = apply;
}

// The service worker loads many files, so it starts only after the page is shown.
addEventListener('load', () => void import('./offline.ts').then((offline) => offline.startServiceWorker()));

const page = document.querySelector('#page');
if (page !== null) void startLanguage().then(() => render(<App />, page));
