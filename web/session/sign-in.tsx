import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useDeed } from '../ui/use-async-action.ts';
import { type Session, SignInError, signIn, takeToken } from './session.ts';

interface SignInProps {
  readonly onSignedIn: (session: Session) => void;
  /** Who signs in again; only they can go on. */
  readonly name?: string | undefined;
}

/** Signs in by what a form holds. @throws SignInError */
async function signedIn(fields: FormData, byToken: boolean): Promise<Session> {
  const field = (key: string) => String(fields.get(key) ?? '');
  try {
    if (byToken) return await takeToken(field('token').trim());
    return await signIn(field('username').trim(), field('password'));
  } catch (error) {
    throw error instanceof SignInError ? error : new SignInError('INTERNAL', 'Signing in failed: try again');
  }
}

/** A form that signs somebody in: by password, or where the chat has an issuer of its own, by a token. */
export function SignInForm({ onSignedIn, name }: SignInProps) {
  const [byToken, setByToken] = useState(false);
  const { busy, problem, attempt } = useDeed();
  const form = useRef<HTMLFormElement>(null);
  const id = useId();

  useEffect(() => {
    // Where one goes on, with what was wrong under the first key.
    if (problem) form.current?.querySelector<HTMLInputElement>('[name=password], [name=token]')?.select();
  }, [problem]);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    void attempt(async () => {
      const session = await signedIn(fields, byToken).catch((error: SignInError) => {
        if (error.code === 'NO_PASSWORD_LOGIN') setByToken(true);
        throw error;
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
            aria-invalid={problem !== ''}
            aria-describedby={`${id}-problem`}
          />
        </label>
      ) : (
        <>
          <label class="field">
            <span>User name</span>
            <input
              name="username"
              required
              autocomplete="username"
              autocapitalize="none"
              defaultValue={name}
            />
          </label>
          <label class="field">
            <span>Password</span>
            <input
              name="password"
              type="password"
              required
              autocomplete="current-password"
              aria-invalid={problem !== ''}
              aria-describedby={`${id}-problem`}
            />
          </label>
        </>
      )}
      <p class="problem" id={`${id}-problem`} role="alert">
        {problem}
      </p>
      <button class="primary" type="submit" aria-disabled={busy}>
        {busy ? 'Signing in…' : 'Sign in'}
      </button>
      <button class="quiet" type="button" onClick={() => setByToken(!byToken)}>
        {byToken ? 'Use a password instead' : 'Use a token instead'}
      </button>
    </form>
  );
}

/** The whole page for somebody who is not signed in. */
export function SignInPage({ onSignedIn }: SignInProps) {
  return (
    <main class="sign-in">
      <div class="card">
        <h1 class="wordmark">Parley</h1>
        <p class="lead">Sign in to talk.</p>
        <SignInForm onSignedIn={onSignedIn} />
      </div>
    </main>
  );
}
