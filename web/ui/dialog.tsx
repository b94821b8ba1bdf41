import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Button, IconButton } from './buttons.tsx';

interface DialogProps {
  readonly title: string;
  /** Called after the user has closed the dialog. Without it the dialog has no close button and ignores Escape. */
  readonly onClose?: () => void;
  readonly children: ComponentChildren;
}

/**
 * A modal dialog, open while it is mounted. The browser traps the focus in it, and restores the focus when the dialog is
 * closed before it is unmounted.
 */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const onCancel = (event: Event) => {
    if (!onClose) event.preventDefault();
  };
  return (
    <dialog ref={dialog} aria-labelledby={heading} onCancel={onCancel} onClose={onClose}>
      <header class="dialog-head">
        <h2 id={heading}>{title}</h2>
        {onClose ? <IconButton icon="close" label="Close" onClick={() => dialog.current?.close()} /> : null}
      </header>
      {children}
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  /** The label of the button that confirms. */
  readonly action: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Asks for confirmation of an action that can't be undone. */
export function ConfirmDialog({ title, action, onConfirm, onClose, children }: ConfirmProps) {
  // A second click can arrive before the dialog is unmounted.
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
      <form method="dialog" class="dialog-choices">
        <button type="submit" class="quiet">
          Cancel
        </button>
        <Button kind="danger" label={action} onClick={confirm} />
      </form>
    </Dialog>
  );
}
