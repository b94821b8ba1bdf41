import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { texts } from '../texts/texts.ts';
import { Button, ErrorText, IconButton } from './buttons.tsx';
import { focusFirst, keepFocusIn, rememberFocus } from './focus.ts';
import { useAsyncAction } from './use-async-action.ts';

interface DialogProps {
  readonly title: string;
  /** Called after the user has closed the dialog. Without it the dialog has no close button and ignores Escape. */
  readonly onClose?: () => void;
  readonly children: ComponentChildren;
}

/**
 * A modal dialog, open while it is mounted. The browser traps the focus in it, and restores the focus when it closes. If
 * the button that opened it is gone then, the nearest element that is left gets the focus.
 */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const isMounted = useRef(true);
  useLayoutEffect(() => {
    const { current } = dialog;
    if (!current) return;
    const restoreFocus = rememberFocus(current);
    current.showModal();
    focusFirst(current);
    const stopKeeping = keepFocusIn(current);
    return () => {
      isMounted.current = false;
      stopKeeping();
      // The browser restores the focus only to an element that is still on the page.
      current.close();
      restoreFocus();
    };
  }, []);
  const onCancel = (event: Event) => {
    if (!onClose) event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={onCancel}
      onClose={() => isMounted.current && onClose?.()}
    >
      <header class="dialog-head">
        <h2 id={heading} tabIndex={-1}>
          {title}
        </h2>
        {onClose ? (
          <IconButton icon="close" label={texts().common.close} onClick={() => dialog.current?.close()} />
        ) : null}
      </header>
      {children}
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  /** The label of the button that confirms. */
  readonly action: string;
  /** The dialog stays open until the action ends, and shows why it failed. */
  readonly onConfirm: () => unknown;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Asks for confirmation of an action. */
export function ConfirmDialog({ title, action, onConfirm, onClose, children }: ConfirmProps) {
  const { busy, error, run } = useAsyncAction();
  const confirm = () =>
    void run(async () => {
      await onConfirm();
      onClose();
    });
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="lead">{children}</p>
      <ErrorText>{error}</ErrorText>
      <form method="dialog" class="dialog-choices">
        <button type="submit" class="quiet">
          {texts().common.cancel}
        </button>
        <Button kind="danger" label={action} busy={busy} onClick={confirm} />
      </form>
    </Dialog>
  );
}
