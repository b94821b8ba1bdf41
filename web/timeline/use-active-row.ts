import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import { keyAt } from './timeline-keys.ts';

/** Which message has the focus, and which one the pointer is on. */
export function usePointing(scroller: RefObject<HTMLElement | null>) {
  const [focused, setFocused] = useState<string>();
  const [pointed, setPointed] = useState<string>();
  return {
    focused,
    isActive: (key: string) => key === focused || key === pointed,
    handlers: {
      onFocusIn: (event: FocusEvent) => setFocused(keyAt(event)),
      // To what can be done about a message, the focus, or the finger, is on its way: taking that away now would lose it.
      onFocusOut: ({ relatedTarget }: FocusEvent) => {
        const elsewhere = relatedTarget instanceof Node && !scroller.current?.contains(relatedTarget);
        if (elsewhere) setFocused(undefined);
      },
      // A finger points at nothing once it is gone: a tap gives the focus.
      onPointerOver: (event: PointerEvent) => event.pointerType === 'mouse' && setPointed(keyAt(event)),
      onPointerLeave: () => setPointed(undefined),
    },
  };
}
