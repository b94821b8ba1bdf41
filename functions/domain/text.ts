import { ChatError } from './errors.ts';
import type { FileInput } from './file.ts';
import { MAX_TEXT_CODE_POINTS } from './message.ts';

/**
 * The text of a message as it is stored: what was written, with lone surrogates replaced, since UTF-8 has none.
 * @throws ChatError EMPTY_TEXT for a blank text that no file comes with, TOO_LONG above 8,000 code points
 */
export function checkedText(text: string, file?: FileInput): string {
  if (text.trim() === '' && file === undefined) throw new ChatError('EMPTY_TEXT');
  if (longerThan(text, MAX_TEXT_CODE_POINTS)) throw new ChatError('TOO_LONG');
  return text.toWellFormed();
}

function longerThan(text: string, codePoints: number): boolean {
  if (text.length <= codePoints) return false;
  let counted = 0;
  for (const _ of text) if (++counted > codePoints) return true;
  return false;
}
