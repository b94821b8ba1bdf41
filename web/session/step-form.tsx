import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { ChatClientError } from '../../client/index.ts';
import { ErrorText } from '../ui/buttons.tsx';
import { useAsyncAction } from '../ui/use-async-action.ts';
import type { PasswordChallenge } from './credentials.ts';
import type { Tokens } from './session.ts';

/** The current step of signing in. */
export type Step =
  | { readonly kind: 'loading' | 'token' | 'issuer' }
  | { readonly kind: 'password' | 'forgotten' | 'code'; readonly username: string; readonly note?: string }
  | { readonly kind: 'choose'; readonly challenge: PasswordChallenge };

export interface SignInProps {
  readonly onSignedIn: (tokens: Tokens) => void;
  /** The user name with which the form is filled in. */
  readonly name?: string | undefined;
}

interface StepFormProps {
  readonly action: (fields: FormData) => Promise<void>;
  readonly label: string;
  readonly busyLabel: string;
  /** Returns the fields. `errorId` is the id of the error, and `wrong` the field that it is about, or empty. */
  readonly children: (problem: {
    readonly errorId: string;
    readonly wrong: 'password' | 'code' | '';
  }) => ComponentChildren;
  /** Buttons below the one that submits. */
  readonly more?: ComponentChildren;
}

/** A form of one step, with its error and its button. */
export function StepForm({ action, label, busyLabel, children, more }: StepFormProps) {
  const { busy, error, run } = useAsyncAction();
  const form = useRef<HTMLFormElement>(null);
  const errorId = `${useId()}-error`;
  const isCodeWrong = useRef(false);
  const wrong = error === '' ? '' : isCodeWrong.current ? 'code' : 'password';
  useEffect(() => {
    // Selects the wrong value, so that typing replaces it.
    if (wrong) form.current?.querySelector<HTMLInputElement>(`[name=${wrong}], [name=token]`)?.select();
  }, [error]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    void run(() =>
      action(fields).catch((failure: ChatClientError) => {
        isCodeWrong.current = failure.code === 'WRONG_CODE';
        throw failure;
      }),
    );
  };
  return (
    <form class="form" ref={form} onSubmit={submit}>
      {children({ errorId, wrong })}
      <ErrorText id={errorId}>{error}</ErrorText>
      <button class="primary" type="submit" aria-disabled={busy}>
        {busy ? busyLabel : label}
      </button>
      {more}
    </form>
  );
}

/** Returns a field's text. */
export const textOf = (fields: FormData, name: string): string => String(fields.get(name) ?? '');
