import { useId, useState } from 'preact/hooks';
import { Button, Field } from '../ui/buttons.tsx';
import type { PasswordPolicy } from './login.ts';

const kinds: Readonly<Record<string, string>> = {
  lowercase: 'a lower-case letter',
  uppercase: 'an upper-case letter',
  digit: 'a digit',
  symbol: 'a symbol such as ! or -',
};

/** Says the rules for new passwords in words. */
export function policyText({ min_length, characters }: PasswordPolicy): string {
  const words = characters.flatMap((kind) => kinds[kind] ?? []);
  const last = words.pop();
  const list = words.length > 0 ? `${words.join(', ')} and ${last}` : last;
  return `Use at least ${min_length} characters${list ? `, with ${list}` : ''}.`;
}

const labels: Readonly<Record<string, string>> = {
  email: 'E-mail address',
  name: 'Name',
  given_name: 'First name',
  family_name: 'Last name',
  phone_number: 'Phone number',
};

/** The field of a required attribute of a user pool. */
export const AttributeField = ({ name }: { readonly name: string }) => (
  <Field
    label={labels[name] ?? name.replace(/^custom:/, '').replaceAll('_', ' ')}
    name={`attribute:${name}`}
    type={(name === 'email' ? 'email' : 'text') as 'email'}
    autocomplete={name === 'email' ? 'email' : 'on'}
  />
);

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
  const [shown, setShown] = useState(false);
  const rules = useId();
  return (
    <div class="new-password">
      {/* Password managers store the new password for this name. */}
      <input hidden name="username" autocomplete="username" value={username} readOnly />
      <Field
        label="New password"
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
        label={shown ? 'Hide password' : 'Show password'}
        onClick={() => setShown(!shown)}
      />
    </div>
  );
}
