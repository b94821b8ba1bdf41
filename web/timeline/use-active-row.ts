import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';

/** Returns the key of the row in which an event happened. */
const rowKey = (event: Event): string | undefined =>
  (event.target as Element).closest<HTMLElement>('[data-key]')?.dataset['key'];

/** Handles keys in the timeline: arrows move from row to row, Escape moves from a row's actions back to the row. */
export function moveFocus(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (target.dataset['key'] === undefined) {
    if (event.key === 'Escape') target.closest<HTMLElement>('[data-key]')?.focus();
    return;
  }
  const list = event.currentTarget as HTMLElement;
  const rows = [...list.querySelectorAll<HTMLElement>('[data-key]')];
  const index = rows.indexOf(target);
  const next = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: rows.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  rows[next]?.focus();
}

/** Tracks which row has the focus and which has the mouse pointer. */
export function useActiveRow(scroller: RefObject<HTMLElement | null>) {
  const [focused, setFocused] = useState<string>();
  const [hovered, setHovered] = useState<string>();
  return {
    focused,
    isActive: (key: string) => key === focused || key === hovered,
    handlers: {
      onFocusIn: (event: FocusEvent) => setFocused(rowKey(event)),
      // While the focus moves to a row's actions, keep them visible: hiding them would lose the focus or the tap. Keep
      // them also while a dialog is open, because it returns the focus to the button that opened it.
      onFocusOut: ({ relatedTarget }: FocusEvent) => {
        if (!(relatedTarget instanceof Element) || relatedTarget.closest('dialog')) return;
        if (!scroller.current?.contains(relatedTarget)) setFocused(undefined);
      },
      // A touch does not hover: a tap focuses the row instead.
      onPointerOver: (event: PointerEvent) => event.pointerType === 'mouse' && setHovered(rowKey(event)),
      onPointerLeave: () => setHovered(undefined),
    },
  };
}
