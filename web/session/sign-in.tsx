import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { LanguageButton } from '../texts/language-button.tsx';
import { signInTexts } from '../texts/sign-in-texts.ts';
import { errorText, texts } from '../texts/texts.ts';
import { Button, ErrorText } from '../ui/buttons.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import { signInWithCookie, signInWithToken } from './credentials.ts';
import { type LoginOptions, loadLoginOptions } from './login.ts';
import { ChooseForm, CodeForm, ForgottenForm, PasswordForm } from './password-steps.tsx';
import { goToIssuer, sessions } from './sessions.ts';
import { type SignInProps, type Step, StepForm, textOf } from './step-form.tsx';

/** Returns the first step for the chat's ways of signing in: the form for a password if they are unknown. */
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
 * Signs in with a password, at the team's own issuer, or with a token. Has the steps for temporary and forgotten
 * passwords too.
 */
export function SignInForm({ onSignedIn, name = '', focus = false, children }: SignInFormProps) {
  const [options, setOptions] = useState<LoginOptions>();
  const [step, setStep] = useState<Step>({ kind: 'loading' });
  const place = useRef<HTMLDivElement>(null);
  const mayFocus = useRef(focus);

  useEffect(() => {
    let isMounted = true;
    void loadLoginOptions()
      // The next request fails too, and reports why.
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
      {step.kind === 'loading' ? <p class="hint">{texts().common.loading}</p> : null}
      {step.kind === 'password' ? (
        // If the chat has said how users sign in, it accepts no other tokens.
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
                label={signInTexts().usePassword}
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
      label={signInTexts().signIn}
      busyLabel={texts().session.signingIn}
      action={async (fields) => onSignedIn(await signInWithToken(textOf(fields, 'token').trim()))}
      more={more}
    >
      {({ errorId, wrong }) => (
        <label class="field">
          <span>{signInTexts().token}</span>
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
      <p class="hint">{signInTexts().cookieHint}</p>
      <ErrorText>{error}</ErrorText>
      <Button
        kind="quiet"
        label={signInTexts().useCookie}
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
      <p class="hint">{signInTexts().issuer(new URL(oidc.issuer).host)}</p>
      <ErrorText>{error}</ErrorText>
      <Button
        kind="primary"
        label={busy ? signInTexts().opening : signInTexts().signIn}
        busy={busy}
        onClick={() => void run(() => goToIssuer(oidc, sessions.wasLeft))}
      />
    </div>
  );
}

/** Why the user must sign in again. */
export interface SignInReason {
  readonly note?: string | undefined;
  /** A text of the chat, or an error. */
  readonly problem?: string | Error | undefined;
}

interface SignInPageProps extends SignInProps, SignInReason {
  /** Continues the session of the browser's last sign-in in this tab. */
  readonly onJoin: () => void;
  /** As for `SignInForm`. */
  readonly focus?: boolean | undefined;
}

export function SignInPage({ onSignedIn, onJoin, note, problem, name, focus = false }: SignInPageProps) {
  const { shared } = sessions;
  return (
    <main class="sign-in">
      <div class="card">
        <LanguageButton />
        <h1 class="wordmark">{texts().rooms.product}</h1>
        <p class="lead">{note ?? signInTexts().lead}</p>
        {problem ? <ErrorText>{typeof problem === 'string' ? problem : errorText(problem)}</ErrorText> : null}
        <SignInForm onSignedIn={onSignedIn} name={name} focus={focus} />
        {shared ? (
          <Button
            kind="quiet"
            label={shared.name ? signInTexts().continueAs(shared.name) : signInTexts().continueWithLast}
            onClick={onJoin}
          />
        ) : null}
      </div>
    </main>
  );
}
