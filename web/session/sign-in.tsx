import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, ErrorText } from '../ui/buttons.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { type LoginOptions, loadLoginOptions, signInWithCookie, signInWithToken } from './login.ts';
import { ChooseForm, CodeForm, ForgottenForm, PasswordForm } from './password-steps.tsx';
import { goToIssuer, sessions } from './sessions.ts';
import { type SignInProps, type Step, StepForm, textOf } from './step-form.tsx';

/** Chooses the first step by what the chat offers. An unknown offer is tried as a password. */
function firstStep(options: LoginOptions | undefined, username: string): Step {
  if (!options || options.password) return { kind: 'password', username };
  return { kind: options.oidc ? 'issuer' : 'token' };
}

interface SignInFormProps extends SignInProps {
  /** Whether to focus a field when the form appears. */
  readonly focus?: boolean;
  /** Content below the form. Appears once the form has loaded. */
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
    const fields = [
      ...(place.current?.querySelectorAll<HTMLInputElement>('input:not([hidden]), textarea') ?? []),
    ];
    (fields.find(({ value }) => value === '') ?? fields[0])?.focus();
  }, [step]);

  const { policy = null, reset = false } = options?.password ?? {};
  const common = { moveTo, onSignedIn };

  return (
    <div class="sign-in-step" ref={place} key={step.kind}>
      {step.kind === 'loading' ? <p class="hint">Loading…</p> : null}
      {step.kind === 'password' ? (
        // A chat that says how users sign in does not accept other tokens.
        <PasswordForm {...step} reset={reset} tokens={!options} {...common} />
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
      {step.kind === 'choose' ? <ChooseForm challenge={step.challenge} policy={policy} {...common} /> : null}
      {step.kind === 'forgotten' ? <ForgottenForm username={step.username} {...common} /> : null}
      {step.kind === 'code' ? <CodeForm {...step} policy={policy} reset={reset} {...common} /> : null}
      {step.kind === 'loading' ? null : children}
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
      {({ errorId, wrong }) => (
        <label class="field">
          <span>Token</span>
          <textarea
            name="token"
            rows={4}
            required
            autocomplete="off"
            spellcheck={false}
            aria-invalid={wrong !== ''}
            aria-describedby={errorId}
          />
        </label>
      )}
    </StepForm>
  );
}

/** Signs in users who have the session cookie of the team's site. */
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
  /** Why the user must sign in again. */
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
