import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { ChatClientError } from '../../client/index.ts';
import { Button, ErrorText, Field } from '../ui/buttons.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import {
  choosePassword,
  type LoginOptions,
  loadLoginOptions,
  type PasswordChallenge,
  resetPassword,
  sendCode,
  signInWithCookie,
  signInWithPassword,
  signInWithToken,
} from './login.ts';
import { AttributeField, NewPasswordField } from './new-password.tsx';
import type { Tokens } from './session.ts';
import { goToIssuer, sessions } from './sessions.ts';

/** What the user does now. */
type Step =
  | { readonly kind: 'loading' | 'token' | 'issuer' }
  | { readonly kind: 'password' | 'forgotten' | 'code'; readonly username: string; readonly note?: string }
  | { readonly kind: 'choose'; readonly challenge: PasswordChallenge };

interface SignInProps {
  readonly onSignedIn: (tokens: Tokens) => void;
  /** The user name with which the form is filled in. */
  readonly name?: string | undefined;
}

interface StepFormProps {
  readonly action: (fields: FormData) => Promise<void>;
  readonly label: string;
  readonly busyLabel: string;
  /** The fields. `errorId` and `invalid` link them to the error. */
  readonly children: (problem: { readonly errorId: string; readonly invalid: boolean }) => ComponentChildren;
  /** Buttons below the one that submits. */
  readonly more?: ComponentChildren;
}

/** A form of one step, with its error and its button. */
function StepForm({ action, label, busyLabel, children, more }: StepFormProps) {
  const { busy, error, run } = useAsyncAction();
  const form = useRef<HTMLFormElement>(null);
  const errorId = `${useId()}-error`;
  useEffect(() => {
    // Selects the wrong value, so that typing replaces it.
    if (error) form.current?.querySelector<HTMLInputElement>('[name=password], [name=token]')?.select();
  }, [error]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    void run(() => action(fields));
  };
  return (
    <form class="form" ref={form} onSubmit={submit}>
      {children({ errorId, invalid: error !== '' })}
      <ErrorText id={errorId}>{error}</ErrorText>
      <button class="primary" type="submit" aria-disabled={busy}>
        {busy ? busyLabel : label}
      </button>
      {more}
    </form>
  );
}

const textOf = (fields: FormData, name: string): string => String(fields.get(name) ?? '');

/** Chooses the first step by what the chat offers. An unknown offer is tried as a password. */
function firstStep(options: LoginOptions | undefined, username: string): Step {
  if (!options || options.password) return { kind: 'password', username };
  return { kind: options.oidc ? 'issuer' : 'token' };
}

interface SignInFormProps extends SignInProps {
  /** Whether to focus the first empty field when it appears. */
  readonly focus?: boolean;
  /** What follows the form once it is loaded. */
  readonly children?: ComponentChildren;
}

/**
 * Signs in: with a password, which a user may have to choose first or may have forgotten; at the team's own issuer; or
 * with a token.
 */
export function SignInForm({ onSignedIn, name = '', focus = false, children }: SignInFormProps) {
  const [options, setOptions] = useState<LoginOptions>();
  const [step, setStep] = useState<Step>({ kind: 'loading' });
  const place = useRef<HTMLDivElement>(null);
  const mayFocus = useRef(focus);

  useEffect(() => {
    let isMounted = true;
    void loadLoginOptions()
      // Without an answer, the next request reports why.
      .catch(() => undefined)
      .then(async (loaded) => {
        const mayHaveCookie = loaded?.session && !sessions.wasLeft;
        const tokens = mayHaveCookie ? await signInWithCookie().catch(() => undefined) : undefined;
        if (!isMounted) return;
        if (tokens) return onSignedIn(tokens);
        setOptions(loaded);
        setStep(firstStep(loaded, name));
      });
    return () => {
      isMounted = false;
    };
  }, [name]);

  const moveTo = (next: Step) => {
    mayFocus.current = true;
    setStep(next);
  };
  useEffect(() => {
    if (!mayFocus.current) return;
    const empty = [...(place.current?.querySelectorAll<HTMLInputElement>('input, textarea') ?? [])].find(
      (field) => !field.hidden && field.value === '',
    );
    empty?.focus();
  }, [step]);

  const policy = options?.password?.policy ?? null;
  const toPassword = (username: string) => (
    <Button kind="quiet" label="Back to sign in" onClick={() => moveTo({ kind: 'password', username })} />
  );

  return (
    <div class="sign-in-step" ref={place} key={step.kind}>
      {step.kind === 'loading' ? <p class="hint">Loading…</p> : null}
      {step.kind === 'password' ? (
        <PasswordForm
          username={step.username}
          note={step.note}
          reset={options?.password?.reset ?? false}
          // A chat that says how users sign in does not accept other tokens.
          tokens={!options}
          moveTo={moveTo}
          onSignedIn={onSignedIn}
        />
      ) : null}
      {step.kind === 'token' ? (
        <TokenForm
          onSignedIn={onSignedIn}
          more={
            options ? (
              options.session && <CookieButton onSignedIn={onSignedIn} />
            ) : (
              <Button
                kind="quiet"
                label="Use a password instead"
                onClick={() => moveTo({ kind: 'password', username: name })}
              />
            )
          }
        />
      ) : null}
      {step.kind === 'issuer' ? <IssuerForm options={options} /> : null}
      {step.kind === 'choose' ? (
        <StepForm
          label="Save and sign in"
          busyLabel="Saving…"
          action={async (fields) => {
            const attributes = step.challenge.attributes.map((attribute) => [
              attribute,
              textOf(fields, `attribute:${attribute}`).trim(),
            ]);
            const password = textOf(fields, 'password');
            onSignedIn(await choosePassword(step.challenge, password, Object.fromEntries(attributes)));
          }}
          more={toPassword(step.challenge.username)}
        >
          {(problem) => (
            <>
              <p class="lead">Your password is temporary. Choose a new one to sign in.</p>
              {step.challenge.attributes.map((attribute) => (
                <AttributeField key={attribute} name={attribute} />
              ))}
              <NewPasswordField policy={policy} username={step.challenge.username} {...problem} />
            </>
          )}
        </StepForm>
      ) : null}
      {step.kind === 'forgotten' ? (
        <StepForm
          label="Send a code"
          busyLabel="Sending…"
          action={async (fields) => {
            const username = textOf(fields, 'username').trim();
            await sendCode(username);
            moveTo({
              kind: 'code',
              username,
              note: `If ${username} has a verified e-mail address, a code is on its way. It is valid for an hour.`,
            });
          }}
          more={toPassword(step.username)}
        >
          {({ errorId }) => (
            <>
              <p class="lead">Enter your user name. You get a code by e-mail, to choose a new password.</p>
              <Field
                label="User name"
                name="username"
                autocomplete="username"
                defaultValue={step.username}
                maxLength={128}
                aria-describedby={errorId}
              />
            </>
          )}
        </StepForm>
      ) : null}
      {step.kind === 'code' ? (
        <StepForm
          label="Save and sign in"
          busyLabel="Saving…"
          action={async (fields) => {
            const [code, password] = [textOf(fields, 'code').trim(), textOf(fields, 'password')];
            await resetPassword(step.username, code, password);
            const signedIn = await signInWithPassword(step.username, password).catch(() => undefined);
            if (signedIn && 'token' in signedIn) onSignedIn(signedIn);
            else {
              const note = 'Your password has changed. Sign in with the new one.';
              moveTo({ kind: 'password', username: step.username, note });
            }
          }}
          more={
            <>
              {options?.password?.reset ? (
                <Button
                  kind="quiet"
                  label="Ask for another code"
                  onClick={() => moveTo({ kind: 'forgotten', username: step.username })}
                />
              ) : null}
              {toPassword(step.username)}
            </>
          }
        >
          {(problem) => (
            <>
              <p class="lead" role="status">
                {step.note}
              </p>
              <Field
                label="Code"
                name="code"
                autocomplete="one-time-code"
                inputMode="numeric"
                maxLength={64}
              />
              <NewPasswordField policy={policy} username={step.username} {...problem} />
            </>
          )}
        </StepForm>
      ) : null}
      {step.kind === 'loading' ? null : children}
    </div>
  );
}

interface PasswordFormProps extends SignInProps {
  readonly username: string;
  readonly note: string | undefined;
  readonly reset: boolean;
  readonly tokens: boolean;
  readonly moveTo: (step: Step) => void;
}

function PasswordForm({ username, note, reset, tokens, moveTo, onSignedIn }: PasswordFormProps) {
  const form = useRef<HTMLDivElement>(null);
  const typedName = () => form.current?.querySelector<HTMLInputElement>('[name=username]')?.value ?? '';
  const signIn = async (fields: FormData) => {
    const username = textOf(fields, 'username').trim();
    try {
      const signedIn = await signInWithPassword(username, textOf(fields, 'password'));
      if ('token' in signedIn) onSignedIn(signedIn);
      else moveTo({ kind: 'choose', challenge: signedIn });
    } catch (error) {
      const { code } = error as ChatClientError;
      if (code === 'NO_PASSWORD_LOGIN') moveTo({ kind: 'token' });
      if (code !== 'PASSWORD_RESET_REQUIRED') throw error;
      const note = 'Your administrator has reset your password. Enter the code that you received by e-mail.';
      moveTo({ kind: 'code', username, note });
    }
  };
  return (
    <div ref={form}>
      <StepForm
        label="Sign in"
        busyLabel="Signing in…"
        action={signIn}
        more={
          <>
            {reset ? (
              <Button
                kind="quiet"
                label="Forgot your password?"
                onClick={() => moveTo({ kind: 'forgotten', username: typedName().trim() })}
              />
            ) : null}
            {tokens ? (
              <Button kind="quiet" label="Use a token instead" onClick={() => moveTo({ kind: 'token' })} />
            ) : null}
          </>
        }
      >
        {({ errorId, invalid }) => (
          <>
            {note ? (
              <p class="lead" role="status">
                {note}
              </p>
            ) : null}
            <Field label="User name" name="username" autocomplete="username" defaultValue={username} />
            <Field
              label="Password"
              name="password"
              type="password"
              autocomplete="current-password"
              aria-invalid={invalid}
              aria-describedby={errorId}
            />
          </>
        )}
      </StepForm>
    </div>
  );
}

function TokenForm({ onSignedIn, more }: SignInProps & { readonly more: ComponentChildren }) {
  return (
    <StepForm
      label="Sign in"
      busyLabel="Signing in…"
      action={async (fields) => onSignedIn(await signInWithToken(textOf(fields, 'token').trim()))}
      more={more}
    >
      {({ errorId, invalid }) => (
        <label class="field">
          <span>Token</span>
          <textarea
            name="token"
            rows={4}
            required
            autocomplete="off"
            spellcheck={false}
            aria-invalid={invalid}
            aria-describedby={errorId}
          />
        </label>
      )}
    </StepForm>
  );
}

/** For users of the team's site, whom its session cookie signs in. */
function CookieButton({ onSignedIn }: SignInProps) {
  const { busy, error, run } = useAsyncAction();
  return (
    <>
      <p class="hint">You need no token if you are signed in on the site that this chat belongs to.</p>
      <ErrorText>{error}</ErrorText>
      <Button
        kind="quiet"
        label="I am signed in there"
        busy={busy}
        onClick={() => void run(async () => onSignedIn(await signInWithCookie()))}
      />
    </>
  );
}

function IssuerForm({ options }: { readonly options: LoginOptions | undefined }) {
  const { busy, error, run } = useAsyncAction();
  const oidc = options?.oidc;
  if (!oidc) return null;
  return (
    <div class="form">
      <p class="hint">You sign in at {new URL(oidc.issuer).host}.</p>
      <ErrorText>{error}</ErrorText>
      <Button
        kind="primary"
        label={busy ? 'Opening…' : 'Sign in'}
        busy={busy}
        onClick={() => void run(() => goToIssuer(oidc, sessions.wasLeft))}
      />
    </div>
  );
}

interface SignInPageProps extends SignInProps {
  /** Why the user is here, if not to sign in for the first time. */
  readonly note?: string | undefined;
  readonly problem?: string | undefined;
  /** Continues the session of the browser's last sign-in in this tab. */
  readonly onJoin: () => void;
}

export function SignInPage({ onSignedIn, onJoin, note, problem, name }: SignInPageProps) {
  const { shared } = sessions;
  return (
    <main class="sign-in">
      <div class="card">
        <h1 class="wordmark">Parley</h1>
        <p class="lead">{note ?? 'Sign in to start chatting.'}</p>
        {problem ? <ErrorText>{problem}</ErrorText> : null}
        <SignInForm onSignedIn={onSignedIn} name={name} />
        {shared ? (
          <Button
            kind="quiet"
            label={shared.name ? `Continue as ${shared.name}` : 'Continue with your last account'}
            onClick={onJoin}
          />
        ) : null}
      </div>
    </main>
  );
}
