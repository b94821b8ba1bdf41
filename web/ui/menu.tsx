import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface MenuProps {
  /** What the menu is for, for screen readers. */
  readonly label: string;
  /** The button that opens the menu, which appears below or above it. */
  readonly anchor: Element;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

const GAP_PX = 4;

/** Places the menu below the button, or above it if there is more space. */
function place(menu: HTMLElement, anchor: Element): void {
  const { left, right, top, bottom } = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const isBelow = bottom + GAP_PX + height <= innerHeight || bottom < innerHeight - top;
  const y = isBelow ? bottom + GAP_PX : top - GAP_PX - height;
  const x = (left + right) / 2 > innerWidth / 2 ? right - width : left;
  const within = (value: number, size: number, room: number) =>
    Math.max(GAP_PX, Math.min(value, room - size - GAP_PX));
  menu.style.left = `${within(x, width, innerWidth)}px`;
  menu.style.top = `${within(y, height, innerHeight)}px`;
}

function moveFocus(event: KeyboardEvent): void {
  // The rows of the timeline handle the same keys.
  event.stopPropagation();
  const items = [...(event.currentTarget as Element).querySelectorAll<HTMLElement>('[role^=menuitem]')];
  const index = items.indexOf(event.target as HTMLElement);
  const next = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: items.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items[(next + items.length) % items.length]?.focus();
}

/**
 * A menu of actions, open while it is mounted. It is a modal dialog, so the browser returns the focus to the button and
 * no scrolling box cuts it off.
 */
export function Menu({ label, anchor, onClose, children }: MenuProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const { current } = dialog;
    if (!current) return;
    current.showModal();
    place(current, anchor);
    current.querySelector<HTMLElement>('[role^=menuitem]')?.focus();
    // The button may be elsewhere now.
    const close = () => current.close();
    addEventListener('resize', close);
    return () => removeEventListener('resize', close);
  }, []);
  // A click on an item, and a click beside the menu, close it. It closes before the item acts, so that a dialog of the
  // item returns the focus to the menu's button.
  const close = () => dialog.current?.close();
  return (
    <dialog
      ref={dialog}
      class="menu"
      aria-label={label}
      onClose={onClose}
      onClickCapture={close}
      onKeyDown={moveFocus}
    >
      <div role="menu" aria-label={label}>
        {children}
      </div>
    </dialog>
  );
}

interface ItemProps {
  readonly label: string;
  readonly onSelect: () => void;
  /** Whether the item is chosen; undefined for an action. */
  readonly checked?: boolean;
  readonly danger?: boolean;
  /** The language of the label, if it is not that of the page. */
  readonly lang?: string;
}

/** An action of a menu, or one of several choices. */
export function MenuItem({ label, onSelect, checked, danger = false, lang }: ItemProps) {
  const button = {
    type: 'button',
    class: danger ? 'menu-item alarming' : 'menu-item',
    tabIndex: -1,
    onClick: onSelect,
    lang,
  } as const;
  return checked === undefined ? (
    <button {...button} role="menuitem">
      {label}
    </button>
  ) : (
    <button {...button} role="menuitemradio" aria-checked={checked}>
      {label}
    </button>
  );
}
