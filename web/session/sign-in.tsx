import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { ChatClientError } from '../../client/index.ts';
import { Button, ErrorText, Field } from '../ui/buttons.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { type Session, signInWithPassword, signInWithToken } from './session.ts';

interface SignInProps {
  readonly onSignedIn: (session: Session) => void;
  /** The user name with which the form is filled in. */
  readonly name?: string | undefined;
}

/** @throws ChatClientError */
function signInWith(fields: FormData, byToken: boolean): Promise<Session> {
  const field = (key: string) => String(fields.get(key) ?? '');
  if (byToken) return signInWithToken(field('token').trim());
  return signInWithPassword(field('username').trim(), field('password'));
}

/** Signs in with a password, or with a token if the chat uses another token issuer. */
export function SignInForm({ onSignedIn, name }: SignInProps) {
  const [byToken, setByToken] = useState(false);
  const { busy, error, run } = useAsyncAction();
  const form = useRef<HTMLFormElement>(null);
  const id = useId();

  useEffect(() => {
    // Selects the wrong value, so that typing replaces it.
    if (error) form.current?.querySelector<HTMLInputElement>('[name=password], [name=token]')?.select();
  }, [error]);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    void run(async () => {
      const session = await signInWith(fields, byToken).catch((failure: ChatClientError) => {
        if (failure.code === 'NO_PASSWORD_LOGIN') setByToken(true);
        throw failure;
      });
      onSignedIn(session);
    });
  };

  return (
    <form class="form" ref={form} onSubmit={submit}>
      {byToken ? (
        <label class="field">
          <span>Token</span>
          <textarea
            name="token"
            rows={4}
            required
            autocomplete="off"
            spellcheck={false}
            aria-invalid={error !== ''}
            aria-describedby={`${id}-error`}
          />
        </label>
      ) : (
        <>
          <Field label="User name" name="username" autocomplete="username" defaultValue={name} />
          <Field
            label="Password"
            name="password"
            type="password"
            autocomplete="current-password"
            aria-invalid={error !== ''}
            aria-describedby={`${id}-error`}
          />
        </>
      )}
      <ErrorText id={`${id}-error`}>{error}</ErrorText>
      <button class="primary" type="submit" aria-disabled={busy}>
        {busy ? 'Signing in…' : 'Sign in'}
      </button>
      <Button
        kind="quiet"
        label={byToken ? 'Use a password instead' : 'Use a token instead'}
        onClick={() => setByToken(!byToken)}
      />
    </form>
  );
}

export function SignInPage({ onSignedIn }: SignInProps) {
  return (
    <main class="sign-in">
      <div class="card">
        <h1 class="wordmark">Parley</h1>
        <p class="lead">Sign in to start chatting.</p>
        <SignInForm onSignedIn={onSignedIn} />
      </div>
    </main>
  );
}
