/**
 * Handles the keys of a toolbar: Left, Right, Home and End move between its buttons. Tab stops only at the
 * button that had the focus last.
 */
export function moveInToolbar(event: KeyboardEvent): void {
  const toolbar = event.currentTarget as Element;
  const buttons = [...toolbar.querySelectorAll('button')];
  const index = buttons.indexOf(event.target as HTMLButtonElement);
  const isRtl = getComputedStyle(toolbar).direction === 'rtl';
  const [left, right] = isRtl ? [index + 1, index - 1] : [index - 1, index + 1];
  const next = { ArrowLeft: left, ArrowRight: right, Home: 0, End: buttons.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const target = buttons[(next + buttons.length) % buttons.length];
  for (const button of buttons) button.tabIndex = button === target ? 0 : -1;
  target?.focus();
}
