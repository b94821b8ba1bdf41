import { createContext, type RefObject } from 'preact';
import { useContext, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { loadDialogs } from '../deferred.tsx';
import type { ComposeTarget } from '../room/draft-state.ts';

/** A range of a text, in UTF-16 code units. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Handles a key before the composer does. Returns whether it did: the composer then ignores the key. */
export type KeyHandler = (event: KeyboardEvent) => boolean;

/** The message box, for the buttons and lists of the composer. */
export interface MessageBox {
  readonly element: RefObject<HTMLTextAreaElement | null>;
  /**
   * Replaces the selected text, or the text of `range`, and puts the cursor behind it. The user can undo this. On a touch
   * screen, a box without the focus does not get it, because the keyboard would cover the screen.
   */
  insertText(text: string, range?: TextRange): void;
  /** Passes keys to a handler until the returned function is called. The latest handler gets each key first. */
  onKey(handler: KeyHandler): () => void;
}

export const isTouch = (): boolean => matchMedia('(pointer: coarse)').matches;

export const MessageBoxContext = createContext<MessageBox | undefined>(undefined);

/** Returns the message box of the composer around the component. */
export function useMessageBox(): MessageBox {
  const box = useContext(MessageBoxContext);
  if (!box) throw new Error('Component outside of a composer: no MessageBoxContext is provided.');
  return box;
}

/** Changes the text of the message box with a function that loads after the first paint. */
export function withBox(
  { current }: MessageBox['element'],
  change: (dialogs: Awaited<ReturnType<typeof loadDialogs>>, box: HTMLTextAreaElement) => void,
): void {
  if (current)
    loadDialogs().then(
      (dialogs) => change(dialogs, current),
      () => {},
    );
}

/** Grows the message box with its text. Focuses it when the room opens, and when a reply or an edit starts. */
export function useBox(target: ComposeTarget | undefined, text: string) {
  const element = useRef<HTMLTextAreaElement>(null);
  const handlers = useRef<KeyHandler[]>([]);
  // A layout effect, so that the first letter that the user types after choosing Reply is not lost.
  useLayoutEffect(() => {
    if (target || !isTouch()) element.current?.focus();
  }, [target]);
  useLayoutEffect(() => {
    const area = element.current;
    // Browsers with this property set the height, even when the width or the font changes.
    if (!area || CSS.supports('field-sizing', 'content')) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);
  return useMemo(
    (): MessageBox & { handleKey: KeyHandler } => ({
      element,
      insertText(text, range) {
        withBox(element, ({ insertText }, box) => insertText(box, text, range));
      },
      onKey(handler) {
        handlers.current.unshift(handler);
        return () => {
          handlers.current = handlers.current.filter((each) => each !== handler);
        };
      },
      handleKey: (event) => handlers.current.some((handler) => handler(event)),
    }),
    [],
  );
}
