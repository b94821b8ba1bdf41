import type { ComponentChildren, InputHTMLAttributes } from 'preact';
import { Icon, type IconName } from './icons.tsx';

interface IconButtonProps {
  readonly icon: IconName;
  /** What the button does, for screen readers and as its tooltip. */
  readonly label: string;
  readonly onClick: (button: Element) => void;
  /** Whether the panel that the button opens is open; undefined for a button without a panel. */
  readonly expanded?: boolean;
  /** Present if the button opens a menu or a dialog. */
  readonly popup?: 'menu' | 'dialog';
  readonly disabled?: boolean;
}

export function IconButton({ icon, label, onClick, expanded, popup, disabled = false }: IconButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      aria-expanded={expanded}
      aria-haspopup={popup}
      disabled={disabled}
      onClick={(event) => onClick(event.currentTarget)}
    >
      <Icon name={icon} />
    </button>
  );
}

interface ButtonProps {
  readonly kind: 'primary' | 'quiet' | 'danger' | 'text-button';
  readonly label: string;
  readonly onClick: () => void;
  /** Whether the button's action is running. */
  readonly busy?: boolean;
}

export function Button({ kind, label, onClick, busy = false }: ButtonProps) {
  return (
    <button type="button" class={kind} aria-disabled={busy} onClick={onClick}>
      {label}
    </button>
  );
}

/** An error, which screen readers announce when it appears. */
export function ErrorText({ id, children }: { readonly id?: string; readonly children: ComponentChildren }) {
  return (
    <p class="problem" id={id} role="alert">
      {children}
    </p>
  );
}

/** A labelled text field of a form, required unless stated otherwise. Other properties go to the `<input>`. */
export function Field({ label, ...input }: InputHTMLAttributes & { readonly label: string }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input required autocomplete="off" autocapitalize="none" {...input} />
    </label>
  );
}
