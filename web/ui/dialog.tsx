import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icons.tsx';

interface DialogProps {
  readonly title: string;
  /** Without it the dialog can not be closed but by what is in it. */
  readonly onClose?: () => void;
  readonly children: ComponentChildren;
}

/** A dialog that is open while it is shown. The browser keeps the focus in it, and gives it back. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const close = () => {
    dialog.current?.close();
    onClose?.();
  };
  const onCancel = (event: Event) => {
    event.preventDefault();
    if (onClose) close();
  };
  return (
    <dialog ref={dialog} aria-labelledby={heading} onCancel={onCancel}>
      <header class="dialog-head">
        <h2 id={heading}>{title}</h2>
        {onClose ? (
          <button type="button" class="icon-button" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        ) : null}
      </header>
      {children}
    </dialog>
  );
}
