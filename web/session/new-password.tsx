import { useId, useState } from 'preact/hooks';
import { signInTexts } from '../texts/sign-in-texts.ts';
import { Button, Field } from '../ui/buttons.tsx';
import type { PasswordPolicy } from './login.ts';

/** Says the rules for new passwords in words. */
export function policyText({ min_length, characters }: PasswordPolicy): string {
  const { policy } = signInTexts();
  const kinds: Readonly<Record<string, string>> = policy.kinds;
  return policy.rule(
    min_length,
    characters.flatMap((kind) => kinds[kind] ?? []),
  );
}

/** The field of a required attribute of a user pool. */
export function AttributeField({ name }: { readonly name: string }) {
  const labels: Readonly<Record<string, string>> = signInTexts().attributes;
  return (
    <Field
      label={labels[name] ?? name.replace(/^custom:/, '').replaceAll('_', ' ')}
      name={`attribute:${name}`}
      type={(name === 'email' ? 'email' : 'text') as 'email'}
      autocomplete={name === 'email' ? 'email' : 'on'}
    />
  );
}

interface NewPasswordProps {
  /** Null if the rules are unknown. */
  readonly policy: PasswordPolicy | null;
  readonly username: string;
  readonly errorId: string;
  /** The field that the error is about. */
  readonly wrong: string;
}

/** The field of a new password, with its rules and a button that shows what was typed. */
export function NewPasswordField({ policy, username, errorId, wrong }: NewPasswordProps) {
  const words = signInTexts();
  const [shown, setShown] = useState(false);
  const rules = useId();
  return (
    <div class="new-password">
      {/* Password managers store the new password for this name. */}
      <input hidden name="username" autocomplete="username" value={username} readOnly />
      <Field
        label={words.newPassword}
        name="password"
        // Preact has one type of properties for each type of field.
        type={(shown ? 'text' : 'password') as 'password'}
        autocomplete="new-password"
        spellcheck={false}
        maxLength={256}
        aria-invalid={wrong === 'password'}
        aria-describedby={policy ? `${rules} ${errorId}` : errorId}
      />
      {policy ? (
        <p class="hint" id={rules}>
          {policyText(policy)}
        </p>
      ) : null}
      <Button
        kind="text-button"
        label={shown ? words.hidePassword : words.showPassword}
        onClick={() => setShown(!shown)}
      />
    </div>
  );
}
