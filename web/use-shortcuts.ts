import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** What the shortcuts of the chat open. */
export type Shortcut = 'switcher' | 'shortcuts';

function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === 'k') return 'switcher';
  // The element inside of a web component, for which `target` is the component.
  const [target] = event.composedPath();
  const isField = (target as Element).matches?.('input, textarea, select, [contenteditable]');
  return key === '?' && !ctrlKey && !metaKey && !altKey && !isField ? 'shortcuts' : undefined;
}

/**
 * Calls `open` when the user presses a shortcut, unless a dialog is open. On the page, shortcuts work everywhere. In a
 * web component, they work while the focus is in it, because the page around it has shortcuts of its own.
 * @param shell the element that contains the chat
 */
export function useShortcuts(
  shell: RefObject<HTMLElement | null>,
  isPage: boolean,
  open: (shortcut: Shortcut) => void,
): void {
  useEffect(() => {
    const target: EventTarget | null = isPage ? document : shell.current;
    const onKeyDown = (event: Event) => {
      const shortcut = shortcutOf(event as KeyboardEvent);
      if (!shortcut || event.defaultPrevented || shell.current?.querySelector('dialog[open]')) return;
      event.preventDefault();
      open(shortcut);
    };
    target?.addEventListener('keydown', onKeyDown);
    return () => target?.removeEventListener('keydown', onKeyDown);
  }, [isPage]);
}
