import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

const GAP_PX = 6;

/** The width below which the large picker lies at the bottom of the screen. */
const isNarrow = (): boolean => matchMedia('(width < 40rem)').matches;

const within = (value: number, size: number, room: number): number =>
  Math.max(GAP_PX, Math.min(value, room - size - GAP_PX));

/** Places the dialog above, below or beside an element, so that it does not cover the element. */
function placeAt(dialog: HTMLElement, element: Element): void {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = dialog;
  const isRtl = getComputedStyle(dialog).direction === 'rtl';
  const start = isRtl ? right - width : left;
  const fits = (y: number) => y >= GAP_PX && y + height <= innerHeight - GAP_PX;
  const [above, below] = [top - GAP_PX - height, bottom + GAP_PX];
  let [x, y] = [start, fits(above) ? above : below];
  if (!fits(above) && !fits(below)) {
    const isEnd = right + GAP_PX + width <= innerWidth || innerWidth - right > left;
    x = isEnd ? right + GAP_PX : left - GAP_PX - width;
    y = (top + bottom - height) / 2;
  }
  dialog.style.left = `${within(x, width, innerWidth)}px`;
  dialog.style.top = `${within(y, height, innerHeight)}px`;
}

/** Moves the timeline up, so that the message is above the sheet, or as much of it as fits. */
function moveAbove(sheet: HTMLElement, message: Element): HTMLElement | undefined {
  const scroller = message.closest<HTMLElement>('.scroller');
  if (!scroller) return undefined;
  const { top, bottom } = message.getBoundingClientRect();
  const covered = bottom + GAP_PX - sheet.getBoundingClientRect().top;
  const room = top - GAP_PX - scroller.getBoundingClientRect().top;
  const shift = Math.min(covered, Math.max(room, 0));
  if (shift > 0) scroller.style.translate = `0 ${-shift}px`;
  return scroller;
}

interface DialogProps {
  /** What the dialog is for, for screen readers. */
  readonly label: string;
  /** The element that the dialog must not cover: the message, or the button that opens it. */
  readonly anchor: Element;
  /** Whether the dialog shows all emoji, and lies at the bottom of a narrow screen. */
  readonly isLarge: boolean;
  readonly onClose: () => void;
  /** Renders the content. `close` returns the focus to the button that has opened the dialog. */
  readonly children: (close: () => void) => ComponentChildren;
}

/** A modal dialog beside an element, open while it is mounted. A modal dialog is never cut off by a scrolling box. */
export function EmojiDialog({ label, anchor, isLarge, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const { current } = dialog;
    if (!current) return;
    if (!current.open) current.showModal();
    let moved: HTMLElement | undefined;
    const restore = () => moved?.style.removeProperty('translate');
    const place = () => {
      restore();
      const isSheet = isLarge && isNarrow();
      current.classList.toggle('sheet', isSheet);
      current.removeAttribute('style');
      if (isSheet) moved = moveAbove(current, anchor);
      else placeAt(current, anchor);
    };
    place();
    addEventListener('resize', place);
    return () => {
      removeEventListener('resize', place);
      restore();
    };
  }, [isLarge, anchor]);
  const close = () => dialog.current?.close();
  return (
    <dialog
      ref={dialog}
      class={isLarge ? 'emoji-dialog large' : 'emoji-dialog'}
      aria-label={label}
      onClose={onClose}
      // A click beside the dialog is a click on its backdrop.
      onClick={(event) => event.target === dialog.current && close()}
      onKeyDown={(event) => {
        // The rows of the timeline handle the same keys.
        event.stopPropagation();
        // Enter in a field would submit the composer around the dialog.
        if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault();
      }}
    >
      {children(close)}
    </dialog>
  );
}
