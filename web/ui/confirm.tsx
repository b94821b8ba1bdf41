import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Dialog } from './dialog.tsx';

interface ConfirmProps {
  readonly title: string;
  /** What the button that does it says. */
  readonly deed: string;
  /** What the button that does not says. */
  readonly instead?: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Asks before something that nobody can take back. */
export function Confirm({ title, deed, instead = 'Keep it', onConfirm, onClose, children }: ConfirmProps) {
  // A second click may come before the dialog is gone.
  const confirmed = useRef(false);
  const confirm = () => {
    if (confirmed.current) return;
    confirmed.current = true;
    onConfirm();
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="lead">{children}</p>
      <div class="dialog-choices">
        <button type="button" class="quiet" onClick={onClose}>
          {instead}
        </button>
        <button type="button" class="danger" onClick={confirm}>
          {deed}
        </button>
      </div>
    </Dialog>
  );
}
