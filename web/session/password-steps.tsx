import { useRef } from 'preact/hooks';
import type { ChatClientError } from '../../client/index.ts';
import { signInTexts } from '../texts/sign-in-texts.ts';
import { texts } from '../texts/texts.ts';
import { Button, Field } from '../ui/buttons.tsx';
import {
  choosePassword,
  type PasswordChallenge,
  resetPassword,
  sendCode,
  signInWithPassword,
} from './credentials.ts';
import type { PasswordPolicy } from './login.ts';
import { AttributeField, NewPasswordField } from './new-password.tsx';
import { type SignInProps, type Step, StepForm, textOf } from './step-form.tsx';

interface StepProps extends SignInProps {
  readonly moveTo: (step: Step) => void;
}

interface BackProps extends Pick<StepProps, 'moveTo'> {
  readonly username: string;
}

const Back = ({ username, moveTo }: BackProps) => (
  <Button kind="quiet" label={signInTexts().back} onClick={() => moveTo({ kind: 'password', username })} />
);

const Note = ({ children }: { readonly children: string }) => (
  <p class="lead" role="status">
    {children}
  </p>
);

interface PasswordFormProps extends StepProps {
  readonly username: string;
  /** Tells the user to sign in with the password that they have just chosen. */
  readonly note?: string;
  /** Whether the chat sends codes to users who forgot their password. */
  readonly reset: boolean;
  /** Whether the user may sign in with a token. */
  readonly tokens: boolean;
}

/** Signs in with a user name and a password. */
export function PasswordForm({ username, note, reset, tokens, moveTo, onSignedIn }: PasswordFormProps) {
  const words = signInTexts();
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
      moveTo({ kind: 'code', username, note: signInTexts().resetByAdmin });
    }
  };
  return (
    <div ref={form}>
      <StepForm
        label={words.signIn}
        busyLabel={texts().session.signingIn}
        action={signIn}
        more={
          <>
            {reset ? (
              <Button
                kind="quiet"
                label={words.forgotten}
                onClick={() => moveTo({ kind: 'forgotten', username: typedName().trim() })}
              />
            ) : null}
            {tokens ? (
              <Button kind="quiet" label={words.useToken} onClick={() => moveTo({ kind: 'token' })} />
            ) : null}
          </>
        }
      >
        {({ errorId, wrong }) => (
          <>
            {note ? <Note>{note}</Note> : null}
            <Field
              label={signInTexts().userName}
              name="username"
              autocomplete="username"
              defaultValue={username}
            />
            <Field
              label={words.password}
              name="password"
              type="password"
              autocomplete="current-password"
              aria-invalid={wrong === 'password'}
              aria-describedby={errorId}
            />
          </>
        )}
      </StepForm>
    </div>
  );
}

interface ChooseFormProps extends StepProps {
  readonly challenge: PasswordChallenge;
  readonly policy: PasswordPolicy | null;
}

/** Replaces a temporary password. */
export function ChooseForm({ challenge, policy, moveTo, onSignedIn }: ChooseFormProps) {
  const choose = async (fields: FormData) => {
    const attributes = challenge.attributes.map((name) => [name, textOf(fields, `attribute:${name}`).trim()]);
    onSignedIn(await choosePassword(challenge, textOf(fields, 'password'), Object.fromEntries(attributes)));
  };
  return (
    <StepForm
      label={signInTexts().saveAndSignIn}
      busyLabel={signInTexts().saving}
      action={choose}
      more={<Back username={challenge.username} moveTo={moveTo} />}
    >
      {(problem) => (
        <>
          <Note>{signInTexts().temporary}</Note>
          {challenge.attributes.map((name) => (
            <AttributeField key={name} name={name} />
          ))}
          <NewPasswordField policy={policy} username={challenge.username} {...problem} />
        </>
      )}
    </StepForm>
  );
}

/** Asks for a code for a new password. */
export function ForgottenForm({ username, moveTo }: BackProps) {
  const send = async (fields: FormData) => {
    const name = textOf(fields, 'username').trim();
    await sendCode(name);
    moveTo({ kind: 'code', username: name, note: signInTexts().codeSent(name) });
  };
  return (
    <StepForm
      label={signInTexts().sendCode}
      busyLabel={signInTexts().sending}
      action={send}
      more={<Back username={username} moveTo={moveTo} />}
    >
      {({ errorId }) => (
        <>
          <p class="lead">{signInTexts().forgottenLead}</p>
          <Field
            label={signInTexts().userName}
            name="username"
            autocomplete="username"
            defaultValue={username}
            maxLength={128}
            aria-describedby={errorId}
          />
        </>
      )}
    </StepForm>
  );
}

interface CodeFormProps extends StepProps {
  readonly username: string;
  /** Tells the user where to find the code. */
  readonly note?: string;
  readonly policy: PasswordPolicy | null;
  /** Whether the chat sends codes to users who forgot their password. */
  readonly reset: boolean;
}

/** Replaces a forgotten password with a code, and signs in. */
export function CodeForm({ username, note, policy, reset, moveTo, onSignedIn }: CodeFormProps) {
  const change = async (fields: FormData) => {
    const password = textOf(fields, 'password');
    await resetPassword(username, textOf(fields, 'code').trim(), password);
    const signedIn = await signInWithPassword(username, password).catch(() => undefined);
    if (signedIn && 'token' in signedIn) return onSignedIn(signedIn);
    moveTo({ kind: 'password', username, note: signInTexts().changed });
  };
  return (
    <StepForm
      label={signInTexts().saveAndSignIn}
      busyLabel={signInTexts().saving}
      action={change}
      more={
        <>
          {reset ? (
            <Button
              kind="quiet"
              label={signInTexts().anotherCode}
              onClick={() => moveTo({ kind: 'forgotten', username })}
            />
          ) : null}
          <Back username={username} moveTo={moveTo} />
        </>
      }
    >
      {(problem) => (
        <>
          {note ? <Note>{note}</Note> : null}
          <Field
            label={signInTexts().code}
            name="code"
            autocomplete="one-time-code"
            inputMode="numeric"
            maxLength={64}
            aria-invalid={problem.wrong === 'code'}
            aria-describedby={problem.errorId}
          />
          <NewPasswordField policy={policy} username={username} {...problem} />
        </>
      )}
    </StepForm>
  );
}
