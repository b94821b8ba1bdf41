import { createContext, type RefObject } from 'preact';
import { useContext } from 'preact/hooks';

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
