/** The key of the message that something happened in. */
export const keyAt = (event: Event): string | undefined =>
  (event.target as Element).closest<HTMLElement>('[data-key]')?.dataset['key'];

/** Arrow keys go from message to message; Escape goes back to one from what can be done about it. */
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
