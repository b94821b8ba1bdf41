import { isTouch, type TextRange } from './message-box.ts';

const isFocused = (box: HTMLElement): boolean => (box.getRootNode() as Document).activeElement === box;

/** Inserts a text as if the user had typed it. */
export function insertText(box: HTMLTextAreaElement, text: string, range?: TextRange): void {
  const { start, end } = range ?? { start: box.selectionStart, end: box.selectionEnd };
  if (!isTouch()) box.focus();
  box.setSelectionRange(start, end);
  // Browsers can undo only what this deprecated command inserts.
  const isTyped = isFocused(box) && document.execCommand(text ? 'insertText' : 'delete', false, text);
  if (isTyped) return;
  box.setRangeText(text, start, end, 'end');
  box.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
}

/** Puts a marker around the selected text, such as `**`, or removes it. */
export function toggleMarker(box: HTMLTextAreaElement, marker: string): void {
  const { value, selectionStart: start, selectionEnd: end } = box;
  const { length } = marker;
  const selected = value.slice(start, end);
  const isMarked = value.slice(start - length, start) === marker && value.slice(end, end + length) === marker;
  if (isMarked) insertText(box, selected, { start: start - length, end: end + length });
  else insertText(box, marker + selected + marker);
  const first = isMarked ? start - length : start + length;
  box.setSelectionRange(first, first + selected.length);
}
