/** Whether the user sees the page: it is visible, and its window has the focus. */
export const isInFront = (): boolean => document.visibilityState === 'visible' && document.hasFocus();

/** Calls a listener whenever the page may have come to the front or left it. Returns a function that ends this. */
export function onFront(listener: () => void): () => void {
  const targets = [
    [window, 'focus'],
    [window, 'blur'],
    [document, 'visibilitychange'],
  ] as const;
  for (const [target, name] of targets) target.addEventListener(name, listener);
  return () => {
    for (const [target, name] of targets) target.removeEventListener(name, listener);
  };
}
