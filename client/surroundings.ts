interface Target {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/** What a page has, and Node has not; so nothing here may be missing but all of it. */
interface Surroundings extends Target {
  readonly document?: Target & { readonly visibilityState: string };
  readonly navigator?: { readonly connection?: Target };
}

/** Listens for signs that a network that was lost may be back, or that it is another. Gives what ends that. */
export function onReturn(listener: () => void): () => void {
  const page: Surroundings = globalThis as object;
  const { document } = page;
  const shown = () => {
    if (document?.visibilityState === 'visible') listener();
  };
  const signs: readonly (readonly [Target | undefined, string, () => void])[] = [
    [page, 'online', listener],
    [page.navigator?.connection, 'change', listener],
    [document, 'visibilitychange', shown],
  ];
  for (const [target, sign, hear] of signs) target?.addEventListener?.(sign, hear);
  return () => {
    for (const [target, sign, hear] of signs) target?.removeEventListener?.(sign, hear);
  };
}
