const rowOf = (node: Node | null): HTMLElement | null =>
  node instanceof Element ? node.closest<HTMLElement>('[data-key]') : null;

/** Returns the row that is now where a removed row was: the next one, or else the last one. */
function neighborOf({ nextSibling, previousSibling }: MutationRecord): HTMLElement | null {
  for (let node = nextSibling; node; node = node.nextSibling) if (rowOf(node)) return rowOf(node);
  for (let node = previousSibling; node; node = node.previousSibling) if (rowOf(node)) return rowOf(node);
  return null;
}

/**
 * Keeps the focus in the timeline: moves it to the row when a focused button in it disappears, and to the next row when
 * the row disappears. Browsers would move it to the body. Returns a function that stops this.
 */
export function keepFocus(scroller: Element): () => void {
  // Dialogs of the room are beside the timeline: a row's button can disappear while one of them has the focus.
  const pane = scroller.closest('.room-pane') ?? scroller;
  const root = scroller.getRootNode() as Document | ShadowRoot;
  const hasFocus = () => root.activeElement !== null && root.activeElement !== document.body;
  let focused: Element | undefined;
  let row: HTMLElement | null = null;
  const onFocusIn = ({ target }: { readonly target: EventTarget | null }) => {
    if (!(target instanceof Element) || target.closest('dialog')) return;
    focused = scroller.contains(target) ? target : undefined;
    row = rowOf(target);
  };
  const observer = new MutationObserver((records) => {
    for (const record of records)
      if (row && [...record.removedNodes].includes(row)) row = neighborOf(record) ?? row;
    if (!focused || focused.isConnected || hasFocus()) return;
    if (row?.isConnected) row.focus({ preventScroll: true });
  });
  onFocusIn({ target: root.activeElement });
  pane.addEventListener('focusin', onFocusIn);
  observer.observe(pane, { childList: true, subtree: true });
  return () => {
    pane.removeEventListener('focusin', onFocusIn);
    observer.disconnect();
  };
}
