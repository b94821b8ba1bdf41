import { useId, useState } from 'preact/hooks';
import { type Session, SignInError, signIn, takeToken } from './session.ts';

interface SignInProps {
  readonly onSignedIn: (session: Session) => void;
  /** Who signs in again; only they can go on. */
  readonly name?: string | undefined;
}

/** A form that signs somebody in: by password, or where the chat has an issuer of its own, by a token. */
export function SignInForm({ onSignedIn, name }: SignInProps) {
  const [byToken, setByToken] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const id = useId();

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const field = (key: string) => String(fields.get(key) ?? '').trim();
    setBusy(true);
    setProblem('');
    try {
      onSignedIn(
        byToken
          ? await takeToken(field('token'))
          : await signIn(field('username'), String(fields.get('password') ?? '')),
      );
    } catch (error) {
      if (error instanceof SignInError && error.code === 'NO_PASSWORD_LOGIN') setByToken(true);
      setProblem(error instanceof SignInError ? error.message : 'Signing in failed: try again');
    } finally {
      setBusy(false);
    }
  };

  return (
    <form class="form" onSubmit={submit} aria-describedby={`${id}-problem`}>
      {byToken ? (
        <label class="field">
          <span>Token</span>
          <textarea name="token" rows={4} required autocomplete="off" spellcheck={false} />
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
            <input name="password" type="password" required autocomplete="current-password" />
          </label>
        </>
      )}
      <p class="problem" id={`${id}-problem`} role="alert">
        {problem}
      </p>
      <button class="primary" type="submit" disabled={busy}>
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
