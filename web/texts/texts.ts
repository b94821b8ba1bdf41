import { ChatClientError } from '../../client/errors.ts';
import { english } from './english.ts';
import { language } from './language.ts';

/** The texts that the page shows soon after it opens. */
export type Texts = typeof english;

/** Returns the texts in the language of the page. Call it while rendering, because the language can change. */
export const texts = (): Texts => language().catalogue?.texts ?? english;

/** Returns an error of the page itself. The catalogue has the text for its code. */
export const codeError = (code: string): ChatClientError => new ChatClientError(code, code);

/** Returns an error whose message is a text of the catalogue. */
export function pageError(code: string, message: string): ChatClientError {
  const error = new ChatClientError(code, message);
  translated.add(error);
  return error;
}

/** The errors whose messages are texts of the catalogue. */
const translated = new WeakSet<object>();

const laterErrors: Record<string, string> = {};

/** Adds the English texts of errors that load later. Those of other languages are loaded already. */
export function addErrorTexts(errors: Texts['errors']): void {
  Object.assign(laterErrors, errors);
}

/**
 * Returns an error's text in the language of the page. An error whose code has no text in the catalogue keeps its own
 * message, which is in English.
 */
export function errorText(error: unknown): string {
  const { code = '', message = '' } = Object(error) as { code?: string; message?: string };
  if (translated.has(Object(error))) return message;
  const { later, signIn } = language().catalogue ?? {};
  const further = later ? { ...later.errors, ...signIn?.errors } : laterErrors;
  return texts().errors[code] ?? further[code] ?? message;
}
