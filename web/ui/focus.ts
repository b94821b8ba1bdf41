/** Returns the element that has the focus in the document or in the component that contains a node. */
const focusedIn = (root: Node): Element | null => (root as Document | ShadowRoot).activeElement;

const focusable =
  ':is(a[href], button, input, textarea, select, [tabindex="0"]):not(:disabled, [type="hidden"], [tabindex="-1"])';

const isShown = (element: Element): boolean => element.getClientRects().length > 0;

/** Returns an element with all elements that contain it. */
function withAncestors(element: Element | null): readonly Element[] {
  const found: Element[] = [];
  for (let each = element; each; each = each.parentElement) found.push(each);
  return found;
}

/**
 * Remembers the focused element. The returned function focuses it, or the nearest element that is left, unless another
 * element has the focus. Otherwise a keyboard user would have to start at the top of the page.
 * @param node any node of the page or of the component
 */
export function rememberFocus(node: Node): () => void {
  const root = node.getRootNode();
  const places = withAncestors(focusedIn(root));
  const restore = () => {
    const focused = focusedIn(root);
    if (focused && focused !== document.body) return;
    for (const place of places.filter((each) => each.isConnected)) {
      const [next] = [place, ...place.querySelectorAll(focusable)].filter(
        (each) => each.matches(focusable) && isShown(each),
      );
      if (next) return (next as HTMLElement).focus();
    }
  };
  // The page renders first: the next room, for example, focuses its message box.
  return () => void setTimeout(restore);
}

/**
 * Keeps the focus in an open dialog: when the focused element disappears, the nearest element that is left gets the
 * focus. Browsers would move it to the body. Returns a function that stops this.
 */
export function keepFocusIn(dialog: Element): () => void {
  let restoreFocus = rememberFocus(dialog);
  const onFocusIn = () => {
    restoreFocus = rememberFocus(dialog);
  };
  const observer = new MutationObserver(() => restoreFocus());
  dialog.addEventListener('focusin', onFocusIn);
  observer.observe(dialog, { childList: true, subtree: true });
  return () => {
    dialog.removeEventListener('focusin', onFocusIn);
    observer.disconnect();
  };
}

/** What gets the focus when a dialog opens: its first field, else the safest action, else the heading. */
const firstIn = [
  '[autofocus]',
  ':is(input, textarea, select):not(:disabled, [type="hidden"], [type="radio"]:not(:checked))',
  'input:not(:disabled, [type="hidden"])',
  '.dialog-choices button',
  '.primary',
  'h2',
];

/** Moves the focus into a dialog that has just opened. */
export function focusFirst(dialog: Element): void {
  for (const selector of firstIn) {
    const found = [...dialog.querySelectorAll<HTMLElement>(selector)].find(isShown);
    found?.focus();
    if (found) return;
  }
}
